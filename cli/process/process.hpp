// Finding and starting other programs: the only place where this program forks.
#pragma once

#include <array>
#include <csignal>
#include <vector>

#include "cli/core/files.hpp"
#include "cli/core/result.hpp"

namespace facio {

/// What one of a program's standard streams is connected to.
enum class StreamEnd : std::uint8_t {
  same,     ///< the same as our own
  nothing,  ///< /dev/null
  pipe,     ///< us: Process::in, out and err, which do not block
};

/// The variables of a program, "NAME=value". The texts belong to the caller.
using EnvironmentPointers = std::vector<const char*>;
EnvironmentPointers environment_of(const std::vector<std::string>& variables);
/// This process's variables with those of `changed` set, and without the names in `without`.
EnvironmentPointers own_environment(const std::vector<std::string>& changed = {}, std::span<const std::string_view> without = {});

struct ProgramStart {
  std::string path;                      ///< the file, absolute or relative to our directory
  std::vector<std::string> words;        ///< its command line, beginning with the program's name
  EnvironmentPointers environment = {};  ///< its whole environment
  std::string directory = {};            ///< its working directory; empty: ours
  std::array<StreamEnd, 3> streams = {StreamEnd::same, StreamEnd::same, StreamEnd::same};
  std::vector<int> descriptors = {};                       ///< become 3, 4, … in the program; stay open here
  std::vector<std::pair<int, std::uint64_t>> limits = {};  ///< RLIMIT_… and its value
  /// In a process group of its own it dies with the thread that starts it, and has no descriptors but these. In ours it is in the
  /// foreground of the terminal and inherits what we inherited.
  bool own_group = true;
  /// In a session of its own, without our descriptors: it goes on when we end, and when our terminal is closed.
  bool detached = false;
};

/// What went wrong between fork and exec.
struct StartFailure {
  enum class Step : std::uint8_t { preparation, directory, execution };
  Step step = Step::preparation;
  int error = 0;
};

/// A program that is ready to be started: nothing may be allocated after the fork.
class Launch {
 public:
  /// Makes the pipes. Code::unavailable when that fails.
  static Result<Launch> prepare(ProgramStart start);

  /// In the child of `parent`: executes the program, or returns the reason why not. The descriptor `report` is kept open until then.
  /// Async-signal-safe.
  [[nodiscard]] StartFailure become(pid_t parent, int report = -1) const;

  Descriptor in, out, err;  ///< our ends

 private:
  friend class Process;

  ProgramStart start_;
  std::vector<Descriptor> theirs_;  ///< to become 0, 1, 2, 3, …; all above these numbers
  std::vector<char*> words_;
};

/// A running program. Its destructor kills it, with its group, and reaps it, unless wait() has; a detached one is left alone.
class Process {
 public:
  /// Code::unavailable: "cannot start NAME: No such file or directory".
  static Result<Process> start(ProgramStart start);

  Process(Process&& other) noexcept;
  Process& operator=(Process&&) = delete;
  ~Process();

  /// Kills it, with its group if that is its own.
  void kill() const;
  /// Sends it a signal, alone.
  void send(int signal) const;
  /// Waits for its end: the exit code, or 128 + signal.
  int wait();
  /// Whether it has ended, so that wait() would not block.
  [[nodiscard]] bool has_ended() const;

  Descriptor in, out, err;  ///< our ends of its pipes
  Descriptor end;           ///< readable once it has ended; empty where the kernel has no pidfd

 private:
  Process(Launch launch, pid_t pid);

  pid_t pid_ = -1;
  bool own_group_ = false, detached_ = false;
};

/// Pointers to the texts and a final null pointer, as exec takes them.
std::vector<char*> exec_pointers(const std::vector<std::string>& texts);

/// Blocks signals in this thread; without numbers, all.
class SignalsBlocked {
 public:
  SignalsBlocked(std::initializer_list<int> numbers);
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;
  ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  [[nodiscard]] const sigset_t& signals() const { return signals_; }

 private:
  sigset_t signals_, before_;
};

/// Closes all descriptors in this range. Async-signal-safe.
void close_descriptors(unsigned first, unsigned last = ~0U);

/// The directories of a PATH, each once. Relative ones are left out: a file does not become a command by lying in the current directory.
std::vector<std::string> path_directories(std::string_view path);
/// This process's PATH, or the usual one when it has none.
std::string_view own_path();
/// Whether this is an executable file.
bool is_program(const std::string& path);
/// The absolute path of the first program of this name in `path`; empty when there is none.
std::string find_program(std::string_view name, std::string_view path = own_path());

}  // namespace facio
