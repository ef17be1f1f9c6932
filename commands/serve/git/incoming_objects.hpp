// The one way for new objects into a repository: durable before anything names them.
#pragma once

#include <string>
#include <vector>

#include "cli/core/result.hpp"

namespace facio::serve {

/// A directory in the repository where git puts the objects that it writes, while it reads those that are there as well. They are part of
/// the repository once keep() has made them durable, and gone with this otherwise. Git itself syncs some kinds of objects and no directory.
class IncomingObjects {
 public:
  /// Code::output when the directory cannot be made.
  static Result<IncomingObjects> make(const std::string& repository);
  IncomingObjects(IncomingObjects&& other) noexcept;
  IncomingObjects& operator=(IncomingObjects&&) = delete;
  ~IncomingObjects();

  /// For the calls of git that write: "NAME=value".
  [[nodiscard]] std::vector<std::string> environment() const;
  /// The directory's, below the repository's.
  [[nodiscard]] const std::string& name() const { return name_; }
  /// Moves all of them to the repository's own. When this returns they survive a loss of power; Code::output when they cannot be written.
  Status keep();

  /// Whether a name at the top of a repository is that of such a directory.
  static bool is_name(const std::string& name) { return name.starts_with("incoming-"); }

 private:
  IncomingObjects(std::string repository, std::string name) : repository_(std::move(repository)), name_(std::move(name)) {}

  std::string repository_, name_;  ///< the name is empty when it has been moved from
};

}  // namespace facio::serve
