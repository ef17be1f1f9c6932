// Files that get their name only once they are complete.
#pragma once

#include "cli/core/files.hpp"

namespace facio {

/// Where a path leads, itself or by links.
struct PathEnd {
  std::string path;  ///< without links, unless it is a stream
  bool is_stream;    ///< a character device, FIFO or pipe, which is written through; else a regular file, which need not exist
};
/// Code::output for what nothing is written to: a directory, a block device, a socket, and a link of another user than this one and root.
Result<PathEnd> end_of_path(const std::string& path);

/// Writes a file beside its place, under a name that nobody can guess and that was free, and moves it there when it is complete; without
/// finish() nothing is left of it. A character device, FIFO or pipe is written through and stays what it is. Links of this user and of root
/// are followed, and stay.
class FileWriter {
 public:
  /// What becomes of a file that is there already.
  enum class Existing : std::uint8_t { replace, keep };

  /// Code::output when the file cannot be made, and for what a file must not replace: a directory, block device, socket, or a link of
  /// somebody else. Code::conflict when something is there and is to be kept.
  static Result<FileWriter> open(const std::string& path, mode_t mode = 0600, Existing existing = Existing::replace);
  FileWriter(FileWriter&& other) noexcept = default;
  FileWriter& operator=(FileWriter&&) = delete;
  ~FileWriter();

  /// Code::output.
  Status write(std::string_view bytes);
  /// Gives the file its name. Code::output, or Code::conflict when something to be kept has appeared there.
  Status finish(Durable durable = Durable::yes);

 private:
  FileWriter(std::string shown, std::string path, Existing existing)
      : shown_(std::move(shown)), path_(std::move(path)), existing_(existing) {}
  [[nodiscard]] tl::unexpected<Error> failed(int error) const;
  [[nodiscard]] bool publish() const;

  std::string shown_;  ///< the path as it was given
  std::string path_;   ///< where the file goes
  std::string part_;   ///< its present name; empty where something is written through
  Existing existing_;
  mode_t mode_ = 0600;
  Descriptor file_;
};

}  // namespace facio
