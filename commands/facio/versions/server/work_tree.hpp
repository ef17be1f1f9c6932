// The workspace's files as a tree of the repository, and back.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "commands/serve/git/repository.hpp"
#include "commands/facio/versions/server/tracked_files.hpp"

namespace facio::serve {

/// Records every file and symbolic link of the workspace, hidden and ignored ones too, with its executable bit: a rollback that restored
/// only a part would be worthless. Neither recorded nor touched by a rollback: anything called ".git" in any case (other repositories stay
/// as they are; the files beside it are recorded), sockets, pipes, devices, and directories without files.
///
/// Work is done for what has changed only. What is known of the files is in memory, and now and then in an index file of git's, for the
/// next start and for git's own part in a rollback. All calls block; one at a time.
class WorkTree {
 public:
  /// `hidden`: places that no version holds.
  /// `hide`: makes a text without secrets of an operator's file (mcp.json); git itself never reads or writes that file.
  WorkTree(const GitRepository& repository, std::string index, HiddenPlaces hidden, TrackedFiles::Hide hide)
      : repository_(repository), index_(std::move(index)), hidden_(std::move(hidden)), hide_(std::move(hide)) {}

  /// Brings what is known up to the files as they are now; gives the id of their tree, nothing when there are no files.
  Result<std::optional<ObjectId>> look(Look how);
  /// What makes a commit hold the files below "workspace/", after a look(). `parent_tree`: the tree on which the commit is made.
  void add_to(NewCommit& commit, const std::string& parent_tree) const;
  /// A commit with this tree holds the files.
  void stored(const std::string& tree);
  /// What is known is of no use: it is read from the index again, or (`all`) from the files.
  void forget(bool all);
  /// Makes the files those of a tree, but for the operator's files; files that it does not have are removed. What is there must have been
  /// looked at just before.
  Status restore(const std::string& tree);

 private:
  [[nodiscard]] std::string index_path() const { return repository_.directory() + "/" + index_; }
  [[nodiscard]] InputSource contents() const;
  [[nodiscard]] std::string lines(bool all) const;
  Status save();
  [[nodiscard]] Result<std::string> without_operators_files(const std::string& tree) const;

  const GitRepository& repository_;
  std::string index_;
  HiddenPlaces hidden_;
  TrackedFiles::Hide hide_;
  std::unique_ptr<TrackedFiles> files_;
  std::string stored_;         ///< tree of the commit that holds all but what files_ tells as changed
  std::uint64_t unsaved_ = 0;  ///< about the work of finding out again what the index file does not know
  std::uint64_t saved_ = 0;    ///< the same of what it knows
};

}  // namespace facio::serve
