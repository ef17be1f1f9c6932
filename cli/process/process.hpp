// Starting other programs: the one place where this program forks.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <utility>
#include <vector>

#include "cli/core/descriptor.hpp"
#include "cli/core/result.hpp"

namespace facio {

/// Where one of a program's standard streams leads.
enum class StreamEnd : std::uint8_t {
  same,     ///< where our own leads
  nothing,  ///< /dev/null
  pipe,     ///< to us: Process::in, out and err, which do not block
};

/// The variables of a program, "NAME=value". The texts are the owner's.
using EnvironmentPointers = std::vector<const char*>;
EnvironmentPointers environment_of(const std::vector<std::string>& variables);
/// This process's own variables, with those of `changed` in the place of those of the same name, and none of the names in `without`.
EnvironmentPointers own_environment(const std::vector<std::string>& changed = {}, std::span<const std::string_view> without = {});

/// What to start, and with what.
struct ProgramStart {
  std::string path;                      ///< the file; relative to our directory where it is not absolute
  std::vector<std::string> words;        ///< its command line, with the program's own name in front
  EnvironmentPointers environment = {};  ///< all that it gets
  std::string directory = {};            ///< where it starts; empty: where we are
  std::array<StreamEnd, 3> streams = {StreamEnd::same, StreamEnd::same, StreamEnd::same};
  std::vector<int> descriptors = {};                       ///< become 3, 4, … there; stay open here
  std::vector<std::pair<int, std::uint64_t>> limits = {};  ///< RLIMIT_… and its value
  /// In a group of its own it dies with the thread that starts it, and has no other descriptors than these. In ours it is in the
  /// foreground of the terminal and inherits what we inherited.
  bool own_group = true;
};

/// What went wrong between fork and exec.
struct StartFailure {
  enum class Step : std::uint8_t { preparation, directory, execution };
  Step step = Step::preparation;
  int error = 0;
};

/// A program that is ready to be started. All that takes memory is done, since after a fork nothing may be allocated.
class Launch {
 public:
  /// Makes the pipes. Code::unavailable when there are none to be had.
  static Result<Launch> prepare(ProgramStart start);

  /// In the child of `parent`: becomes the program, or comes back with the reason. `report` is a descriptor that is kept open until then.
  /// Async-signal-safe.
  [[nodiscard]] StartFailure become(pid_t parent, int report = -1) const;

  Descriptor in, out, err;  ///< our ends

 private:
  friend class Process;

  ProgramStart start_;
  std::vector<Descriptor> theirs_;  ///< what becomes 0, 1, 2, 3, …; all above these numbers
  std::vector<char*> words_;
};

/// A program that runs. At the end of the object it is killed, with its group, and reaped, if that has not happened before.
class Process {
 public:
  /// Code::unavailable says why it cannot be started: "cannot start NAME: No such file or directory".
  static Result<Process> start(ProgramStart start);

  Process(Process&& other) noexcept;
  Process& operator=(Process&&) = delete;
  ~Process();

  /// Kills it, and its group where it has its own.
  void kill() const;
  /// Waits for the end: the exit code, or 128 and the signal.
  int wait();
  /// Whether it has ended, so that wait() would not block.
  [[nodiscard]] bool has_ended() const;

  Descriptor in, out, err;  ///< our ends of its pipes
  Descriptor end;           ///< can be read once it has ended; empty where the kernel cannot tell

 private:
  Process(Launch launch, pid_t pid);

  pid_t pid_ = -1;
  bool own_group_ = false;
};

/// Pointers to the texts and a null pointer behind them, as exec takes them.
std::vector<char*> exec_pointers(const std::vector<std::string>& texts);

/// Closes all descriptors of these numbers. Async-signal-safe.
void close_descriptors(unsigned first, unsigned last = ~0U);
/// Sets the signals to what a program expects at its start: none blocked, and no handler of ours. Async-signal-safe.
void reset_signals();

}  // namespace facio
