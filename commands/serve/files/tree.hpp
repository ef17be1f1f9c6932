// The workspace's tree as JSON.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "cli/files/workspace_files.hpp"

namespace facio::serve {

/// The node (contract section 14) of a directory, with everything down to `depth` levels, as JSON of at most about `most` bytes. What does
/// not fit is left out, the deepest level first, and the directory says so in its `error`.
///
/// The text comes in parts. A directory is read when its part is due, after all directories of the levels above it, because only then is it
/// known whether it fits. What was read ahead is kept; what has been written is dropped.
class TreeText {
 public:
  /// `path`: "" or "." for the root. Fails when the directory cannot be shown at all.
  static Result<TreeText> open(const WorkspaceFiles& files, std::string_view path, std::int64_t depth, std::size_t most);

  /// Appends the next part of the text, about 64 KiB; false when it is complete.
  bool next(std::string& out);
  /// How many directories have been read so far.
  [[nodiscard]] std::size_t read() const { return read_; }

 private:
  /// One entry: where its text (without children and closing brace) ends within its directory's, and its own directory.
  struct Node {
    std::size_t end = 0;
    std::size_t directory = 0;  ///< 0: none
  };
  /// A directory in the answer.
  struct Directory {
    std::string path;
    std::int64_t level = 0;
    std::string heads = {};
    std::vector<Node> nodes = {};
    bool opened = false;
    std::string error = {};
  };
  /// A directory that is partly written.
  struct Open {
    std::size_t directory = 0, node = 0;
  };

  TreeText(const WorkspaceFiles& files, std::int64_t depth, std::size_t most) : files_(&files), depth_(depth), left_(most) {}
  Status read(std::size_t index);
  void read_up_to(std::size_t index);
  void leave_out(Directory& directory, std::size_t all);
  void add_below(std::size_t index, const std::vector<WorkspaceFiles::Entry>& entries);
  void begin(std::string& out, std::size_t index);
  void end(std::string& out);

  const WorkspaceFiles* files_;
  std::int64_t depth_;
  std::size_t left_;
  std::size_t read_ = 0;
  std::size_t next_ = 0;               ///< the first one not yet read, in level order
  std::deque<Directory> directories_;  ///< in level order
  std::vector<Open> open_;             ///< what is being written, the innermost last
  std::string head_;                   ///< the beginning of the text
};

}  // namespace facio::serve
