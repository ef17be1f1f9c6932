// A file descriptor with an owner.
#pragma once

#include <string_view>
#include <utility>

namespace facio {

/// Closed at the end of its life, which leaves errno as it was where that works.
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
  /// False, with errno set, when what was written before may be lost.
  bool close();
  /// Gives the descriptor away.
  int release() { return std::exchange(fd_, -1); }
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

/// Writes everything; false with errno set when that fails.
bool write_all(int fd, std::string_view bytes);

/// The ends of a pipe, both closed at an exec; empty with errno set when there is none.
struct PipeEnds {
  Descriptor reading, writing;
  [[nodiscard]] explicit operator bool() const { return static_cast<bool>(reading); }
};
PipeEnds make_pipe();

}  // namespace facio
