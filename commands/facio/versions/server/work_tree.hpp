// The workspace's files as a tree of the repository, and back.
#pragma once

#include <string>

#include "commands/serve/git/repository.hpp"

namespace facio::serve {

/// What is recorded: every file and symbolic link of the workspace, hidden and ignored ones too (a rollback that brings back a part is
/// none), executable or not. Not recorded and not touched by a rollback: what is called ".git" (other repositories stay what they are;
/// the files beside it are recorded), sockets, pipes and devices, and directories without files. Keeps an index with what is known of
/// every file, so that only changed files are read. All calls block; one at a time.
class WorkTree {
 public:
  WorkTree(const GitRepository& repository, std::string index) : repository_(repository), index_(std::move(index)) {}

  /// Records the files as they are now; gives the id of their tree.
  Result<std::string> record() const;
  /// Makes the files those of a tree; files that it does not have are removed. What is there must have been recorded just before.
  Status restore(const std::string& tree) const;

 private:
  Result<std::string> record_once() const;
  const GitRepository& repository_;
  std::string index_;
};

}  // namespace facio::serve
