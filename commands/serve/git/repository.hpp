// The repository that stores versions, by git's plumbing commands.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/serve/git/program.hpp"

namespace facio::serve {

/// What a commit is made of.
struct NewCommit {
  std::string ref, parent, message;  ///< `parent`: where the ref stands; "": there is none yet
  std::int64_t seconds = 0;
  bool anew = false;   ///< nothing of the parent's tree stays
  bool small = false;  ///< so few objects that each is to have a file of its own, instead of a pack for all
  InputSource blobs;   ///< "blob" commands of git fast-import
  std::string files;   ///< its "M" and "D" commands
};

/// A path as git fast-import reads it.
std::string quoted_path(std::string_view path);

struct GitCommit {
  std::string id, tree, parent, author;  ///< the first parent; empty for the first commit
  std::int64_t seconds = 0;
  std::string message;
};

/// All calls block. Not safe from several threads at once, except those that only read objects.
class GitRepository {
 public:
  /// `directory` becomes the repository itself (bare); `work_tree` is the directory whose files it can record.
  GitRepository(const GitProgram& git, std::string directory, std::string work_tree)
      : git_(git), directory_(std::move(directory)), work_tree_(std::move(work_tree)) {}

  /// Makes the repository (0700) if it is missing, and cleans up after a killed process. Cheap after the first time.
  Status open();

  /// A call with the repository's environment; `index` names the index file ("" for none).
  [[nodiscard]] GitCall call(std::vector<std::string> arguments, std::string_view index = {}) const;
  [[nodiscard]] const GitProgram& git() const { return git_; }
  [[nodiscard]] const std::string& directory() const { return directory_; }
  [[nodiscard]] const std::string& work_tree() const { return work_tree_; }

  /// Runs a plumbing command that must succeed; its output without the last line feed.
  Result<std::string> plumb(std::vector<std::string> arguments, std::string input = {}, std::string_view index = {}) const;
  /// Stores bytes; their id.
  Result<std::string> write_blob(std::string bytes) const;
  /// A blob by "<commit>:<path>" or id; nothing if there is none.
  Result<std::optional<std::string>> read_blob(const std::string& name) const;
  /// The id of a tree, commit … by any name; empty if there is none.
  Result<std::string> find(const std::string& name) const;
  /// The commit of a ref and the commit's tree; both empty if there is none.
  struct Tip {
    std::string commit, tree;
  };
  Result<Tip> tip(const std::string& ref) const;
  /// Stores a commit with everything that belongs to it, and moves its ref there; its id. Code::conflict if the ref is elsewhere.
  Result<std::string> commit(NewCommit made) const;
  Result<std::vector<GitCommit>> commits(const std::vector<std::string>& ids) const;

 private:
  const GitProgram& git_;
  std::string directory_, work_tree_;
  bool open_ = false;
};

}  // namespace facio::serve
