// File descriptors with an owner, and files that are written whole.
#pragma once

#include <sys/types.h>

#include "cli/core/result.hpp"

namespace facio {

/// Owns a file descriptor. Closing leaves errno unchanged unless it fails.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() { close(); }
  /// False, with errno set, when earlier writes may be lost.
  bool close();
  int release() { return std::exchange(fd_, -1); }
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

/// Like read(), but waits for something to read where the descriptor is non-blocking, and goes on after a signal.
ssize_t read_some(int fd, char* to, std::size_t size);
/// Appends everything up to the end, but not much more than `most` bytes; false, with errno set, when that fails.
bool read_all(int fd, std::string& to, std::size_t most);
/// Writes everything, and waits where the descriptor is non-blocking; false, with errno set, when that fails.
bool write_all(int fd, std::string_view bytes);

/// The ends of a pipe, both close-on-exec; empty, with errno set, when it cannot be made.
struct PipeEnds {
  Descriptor reading, writing;
  [[nodiscard]] explicit operator bool() const { return static_cast<bool>(reading); }
};
PipeEnds make_pipe();

/// Makes a directory with this mode, whatever the umask. False, with errno set, when it cannot be made or exists (EEXIST).
bool make_directory(const std::string& path, mode_t mode = 0700);
/// Makes the missing directories above `path`; the names of those made survive a loss of power. Code::output.
Status make_directories_above(const std::string& path, mode_t mode = 0700);

/// Makes the names in a directory survive a loss of power, as they are now; false, with errno set, when that fails.
bool sync_directory(const std::string& path);
/// The same for the name of a file or directory: that of the directory which holds it.
bool sync_name(const std::string& path);
/// Makes every file and directory in a directory, and the directory itself, survive a loss of power. Code::output.
Status sync_tree(const std::string& directory);

/// Whether a new file survives a loss of power; what is kept for convenience need not.
enum class Durable : bool { no, yes };

/// The path of the regular file, which need not exist, that a path names itself or by links. Code::output for what a file must not replace:
/// a device, a FIFO, a socket, a directory.
Result<std::string> file_behind(const std::string& path);
/// Replaces a regular file atomically, or makes it. Code::output, also for a link and whatever else is no regular file.
Status replace_file(const std::string& path, std::string_view bytes, mode_t mode = 0600, Durable durable = Durable::yes);

}  // namespace facio
