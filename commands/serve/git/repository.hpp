// The repository in which versions are kept, by git's plumbing commands.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/serve/git/program.hpp"

namespace facio::serve {

/// One line of a tree: "100644 blob <id>\tname".
struct TreeEntry {
  std::string mode, id, name;
};

/// A commit as it is stored.
struct GitCommit {
  std::string id, tree, parent, author;  ///< the first parent; empty for the first commit
  std::int64_t seconds = 0;
  std::string message;
};

/// All calls block. Not safe from several threads at once, except those that only read objects.
class GitRepository {
 public:
  /// `directory` becomes the repository itself (bare); `work_tree` is the directory whose files it can record.
  GitRepository(const GitProgram& git, std::string directory, std::string work_tree);

  /// Makes the repository (0700) when it is missing, and clears away what a killed process left. Cheap after the first time.
  Status open();

  /// A call with the repository's environment; `index` names the index file ("" for none).
  [[nodiscard]] GitCall call(std::vector<std::string> arguments, std::string_view index = {}) const;
  [[nodiscard]] const GitProgram& git() const { return git_; }
  [[nodiscard]] const std::string& directory() const { return directory_; }
  [[nodiscard]] const std::string& work_tree() const { return work_tree_; }

  /// Runs plumbing that must succeed; gives its output without the last line feed.
  Result<std::string> plumb(std::vector<std::string> arguments, std::string input = {}, std::string_view index = {}) const;
  /// Stores bytes; gives their id.
  Result<std::string> write_blob(std::string bytes) const;
  /// A blob by "<commit>:<path>" or id; nothing when there is none.
  Result<std::optional<std::string>> read_blob(const std::string& name) const;
  Result<std::string> write_tree(const std::vector<TreeEntry>& entries) const;
  /// The id of a tree, commit … by any name; empty when there is none.
  Result<std::string> find(const std::string& name) const;
  /// Stores a commit and moves `ref` from `parent` ("" : none yet) to it. Code::conflict when the ref is elsewhere.
  Result<std::string> commit(const std::string& ref, const std::string& tree, const std::string& parent, std::int64_t seconds,
                             std::string message) const;
  Result<std::vector<GitCommit>> commits(const std::vector<std::string>& ids) const;

 private:
  const GitProgram& git_;
  std::string directory_, work_tree_;
  bool open_ = false;
};

}  // namespace facio::serve
