// Opening a path below a directory, and nothing outside of it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <utility>

namespace facio {

/// A file descriptor that is closed at the end of its life.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor();
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] explicit operator bool() const { return fd_ >= 0; }
  /// Gives the descriptor away.
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

/// How paths are looked up.
enum class Lookup : std::uint8_t {
  kernel,     ///< openat2, which holds against everything that others do meanwhile
  component,  ///< one component at a time without following links, links by hand: for kernels and sandboxes without openat2
};

/// The better one that works here. `root` is any open directory.
Lookup best_lookup(int root);

/// Opens `path` (relative, "" or "." for the root) below `root`. Links are followed while they stay below it. When it fails, the
/// descriptor is empty and errno tells why: EXDEV when the path leads out, ELOOP when links go round, otherwise as openat.
Descriptor open_beneath(int root, std::string_view path, int flags, Lookup lookup);

}  // namespace facio
