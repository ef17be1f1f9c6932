// The workspace's files as a tree of the repository, and back.
#pragma once

#include <string>

#include "commands/serve/git/repository.hpp"

namespace facio::serve {

/// Records every file and symbolic link of the workspace, hidden and ignored ones too, with its executable bit: a rollback that restored
/// only a part would be worthless. Neither recorded nor touched by a rollback: anything called ".git" in any case (other repositories stay
/// as they are; the files beside it are recorded), sockets, pipes, devices, and directories without files. An index remembers every file,
/// so that only changed ones are read. All calls block; one at a time.
class WorkTree {
 public:
  WorkTree(const GitRepository& repository, std::string index) : repository_(repository), index_(std::move(index)) {}

  /// Records the present files; gives the id of their tree.
  Result<std::string> record() const;
  /// Makes the files those of a tree; others are removed. The present files must have been recorded just before.
  Status restore(const std::string& tree) const;

 private:
  Result<std::string> record_once() const;
  const GitRepository& repository_;
  std::string index_;
};

}  // namespace facio::serve
