// One child process with pipes to its three standard streams.
#pragma once

#include <cstdint>
#include <string>
#include <sys/types.h>
#include <utility>
#include <vector>

#include "cli/core/result.hpp"

namespace facio::serve {

/// A file descriptor that is closed at the end.
class Pipe {
 public:
  Pipe() = default;
  explicit Pipe(int fd) : fd_(fd) {}
  Pipe(Pipe&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  Pipe& operator=(Pipe&& other) noexcept;
  ~Pipe() { close(); }
  void close();
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_ = -1;
};

/// What a child gets besides its streams.
struct ChildExtras {
  std::vector<int> descriptors = {};                       ///< become 3, 4, … there; stay open here
  std::vector<std::pair<int, std::uint64_t>> limits = {};  ///< RLIMIT_… and its value
};

/// Started by spawn(), killed with its whole group and reaped at the end of the object if that has not happened before.
struct Child {
  Child() = default;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();

  /// Runs `program` (looked for in PATH) with `arguments` and nothing but `environment`. Code::unavailable when it is not installed.
  Status spawn(const std::string& program, const std::vector<std::string>& arguments, const std::vector<std::string>& environment,
               const ChildExtras& extras = {});
  /// Kills the group.
  void kill() const;
  /// Waits for the end: the exit code, or 128 and the signal.
  int wait();

  Pipe in, out, err;  ///< the parent's ends; not blocking
  pid_t pid = -1;
};

}  // namespace facio::serve
