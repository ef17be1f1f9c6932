// Files of the workspace.
#pragma once

#include <semaphore>
#include <string>
#include <string_view>

#include "cli/core/result.hpp"
#include "commands/facio/runtime/service_context.hpp"
#include "commands/facio/workspace/shapes.hpp"
#include "commands/serve/http/pooled_body.hpp"

namespace facio {

/// Safe from any thread. All calls block.
class WorkspaceService {
 public:
  explicit WorkspaceService(const serve::ServiceContext& context) : files_(context.files) {}

  /// The WorkspaceTree of a directory ("" for the root), as JSON text in parts.
  Result<serve::BodyMaker> tree(std::string_view path, std::int64_t depth) const;
  /// The WorkspaceFile at a path, as JSON text. Code::too_large over 7 MiB.
  Result<std::string> read(std::string_view path) const;
  /// Replaces a whole file durably. Code::rejected when `content` is not valid in its encoding.
  Result<WorkspaceWritten> write(std::string_view path, std::string_view content, std::string_view encoding) const;
  Result<WorkspaceDeleted> remove(std::string_view path) const;

 private:
  const WorkspaceFiles& files_;
  /// Only a few large files are read at a time: each takes several times its size until its JSON text is done.
  mutable std::counting_semaphore<4> large_{4};
};

}  // namespace facio
