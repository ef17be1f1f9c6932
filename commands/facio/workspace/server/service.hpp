// Files of the workspace.
#pragma once

#include <functional>
#include <semaphore>
#include <string>
#include <string_view>

#include "cli/core/result.hpp"
#include "commands/facio/runtime/service_context.hpp"
#include "commands/facio/workspace/shapes.hpp"
#include "commands/serve/http/pooled_body.hpp"
#include "commands/serve/outside_change.hpp"

namespace facio {

/// Safe from any thread. All calls block.
class WorkspaceService {
 public:
  /// Hears of an operator's file that was written: its text before ("" when there was none) and now.
  using OperatorsFile = std::function<Status(std::string_view agent, std::string_view before, std::string_view now)>;

  explicit WorkspaceService(const serve::ServiceContext& context) : files_(context.files) {}

  /// Before the first write.
  void on_operators_file(OperatorsFile heard) { operators_file_ = std::move(heard); }

  /// The WorkspaceTree of a directory ("" for the root), as JSON text in parts.
  Result<serve::BodyMaker> tree(std::string_view path, std::int64_t depth) const;
  /// The WorkspaceFile at a path, as JSON text. Code::too_large over 7 MiB.
  Result<std::string> read(std::string_view path) const;
  /// The same with at most `length` bytes of it (7 MiB), from `offset` on, of a file of any size.
  Result<std::string> read_part(std::string_view path, std::int64_t offset, std::size_t length) const;
  /// Called right before a change, with what it will have made and how that is seen; where it fails, nothing is changed.
  template <class T>
  using Begin = std::function<Status(const T& will_be, serve::Trace trace)>;

  /// What is written: the bytes in their encoding, and whether the file can be run; without that, as before.
  struct Content {
    std::string bytes, encoding;
    std::optional<bool> executable;
  };
  /// Replaces a whole file durably. Code::rejected when the content is not valid in its encoding.
  Result<WorkspaceWritten> write(std::string_view agent, std::string_view path, const Content& content,
                                 const Begin<WorkspaceWritten>& begin) const;
  Result<WorkspaceDeleted> remove(std::string_view path, const Begin<WorkspaceDeleted>& begin) const;

 private:
  template <class F>
  auto one_of_few(bool large, const F& read) const;

  const WorkspaceFiles& files_;
  /// Only a few large files are read at a time: each takes several times its size until its JSON text is done.
  mutable std::counting_semaphore<4> large_{4};
  OperatorsFile operators_file_;
};

}  // namespace facio
