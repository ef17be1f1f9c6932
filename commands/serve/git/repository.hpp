// The repository that stores versions, by git's plumbing commands.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "commands/serve/git/incoming_objects.hpp"
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

/// Whether a name in a repository is that of something a killed git or server has left: nothing of it is needed.
bool is_leftover_of_git(const std::string& name);

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

  /// Makes the repository (0700) if it is missing, cleans up after a killed process, and sets aside what is damaged, for a new one. Cheap
  /// after the first time.
  Status open();
  /// The same for one that was found whole before, and may not be any more.
  Status open_again();
  /// What there is to say of each repository that was set aside, once: why, and where it is now.
  std::vector<std::string> told() { return std::exchange(told_, {}); }
  /// The repositories that were set aside for the one in this directory, now or earlier, as long as they are there.
  static std::vector<std::string> damaged_ones(const std::string& directory);

  /// A call with the repository's environment; `index` names the index file ("" for none). A call that writes objects names the place where
  /// they go.
  [[nodiscard]] GitCall call(std::vector<std::string> arguments, std::string_view index = {},
                             const IncomingObjects* objects = nullptr) const;
  [[nodiscard]] const GitProgram& git() const { return git_; }
  [[nodiscard]] const std::string& directory() const { return directory_; }
  [[nodiscard]] const std::string& work_tree() const { return work_tree_; }

  /// Runs a plumbing command that must succeed; its output without the last line feed.
  Result<std::string> plumb(std::vector<std::string> arguments, std::string input = {}, std::string_view index = {},
                            const IncomingObjects* objects = nullptr) const;
  /// A blob by "<commit>:<path>" or id; nothing if there is none.
  Result<std::optional<std::string>> read_blob(const std::string& name, const IncomingObjects* objects = nullptr) const;
  /// The id of a tree, commit … by any name; empty if there is none.
  Result<std::string> find(const std::string& name, const IncomingObjects* objects = nullptr) const;
  /// The commit of a ref and the commit's tree; both empty if there is none.
  struct Tip {
    std::string commit, tree;
  };
  Result<Tip> tip(const std::string& ref) const;
  /// Stores a commit with everything that belongs to it, and moves its ref there; its id. All of it survives a loss of power then, and the
  /// ref never leads to what does not. Code::conflict if the ref is elsewhere.
  Result<std::string> commit(NewCommit made) const;
  Result<std::vector<GitCommit>> commits(const std::vector<std::string>& ids) const;

 private:
  [[nodiscard]] Status create() const;
  [[nodiscard]] Status set_aside(const std::string& why);
  [[nodiscard]] Status move_ref(const std::string& ref, const std::string& from, const std::string& to) const;

  const GitProgram& git_;
  std::string directory_, work_tree_;
  bool open_ = false;
  std::vector<std::string> told_;
};

}  // namespace facio::serve
