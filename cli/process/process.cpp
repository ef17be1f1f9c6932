#include "cli/process/process.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace facio {
namespace {

tl::unexpected<Error> cannot_start(const std::string& name, int error) {
  return fail(Code::unavailable, "cannot start " + name + ": " + system_reason(error));
}

/// No signal reaches this thread, nor the child between fork and exec, where a handler of ours would speak for the parent.
class SignalsHeld {
 public:
  SignalsHeld() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;
  ~SignalsHeld() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

StartFailure failed(StartFailure::Step step) { return {step, errno}; }

}  // namespace

EnvironmentPointers environment_of(const std::vector<std::string>& variables) {
  EnvironmentPointers all;
  for (const std::string& one : variables) all.push_back(one.c_str());
  return all;
}

EnvironmentPointers own_environment(const std::vector<std::string>& changed, std::span<const std::string_view> without) {
  const auto name_of = [](std::string_view variable) { return variable.substr(0, variable.find('=')); };
  EnvironmentPointers all;
  for (char** own = environ; *own != nullptr; ++own) {
    const std::string_view name = name_of(*own);
    const bool drops = std::ranges::find(without, name) != without.end() || std::ranges::find(changed, name, name_of) != changed.end();
    if (!drops) all.push_back(*own);
  }
  for (const std::string& one : changed) all.push_back(one.c_str());
  return all;
}

std::vector<char*> exec_pointers(const std::vector<std::string>& texts) {
  std::vector<char*> all;
  all.reserve(texts.size() + 1);
  for (const std::string& text : texts) all.push_back(const_cast<char*>(text.c_str()));  // NOLINT: exec's old signature
  all.push_back(nullptr);
  return all;
}

void close_descriptors(unsigned first, unsigned last) {
#ifdef SYS_close_range
  if (::syscall(SYS_close_range, first, last, 0U) == 0) return;
#endif
  for (unsigned fd = first; fd <= std::min(last, 65535U); ++fd) ::close(static_cast<int>(fd));
}

void reset_signals() {
  for (int number = 1; number < NSIG; ++number) {
    struct sigaction action {};
    // What whoever started us wants ignored stays so, as nohup does; these two we ignore ourselves.
    if (::sigaction(number, nullptr, &action) != 0 || action.sa_handler == SIG_DFL) continue;
    if (action.sa_handler == SIG_IGN && number != SIGPIPE && number != SIGCHLD) continue;
    action = {};
    action.sa_handler = SIG_DFL;
    ::sigaction(number, &action, nullptr);
  }
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

Result<Launch> Launch::prepare(ProgramStart start) {
  Launch launch;
  const auto first_free = static_cast<int>(3 + start.descriptors.size());
  const std::string& name = start.words.front();
  bool good = true;
  // Above the numbers that the program is to get, so that none is overwritten before it is copied.
  const auto add = [&](int fd) {
    launch.theirs_.emplace_back(fd < 0 ? -1 : ::fcntl(fd, F_DUPFD_CLOEXEC, first_free));
    good = good && launch.theirs_.back();
  };
  for (std::size_t i = 0; i < 3 && good; ++i) {
    if (start.streams[i] == StreamEnd::same) {
      launch.theirs_.emplace_back();
    } else if (start.streams[i] == StreamEnd::nothing) {
      add(Descriptor(::open("/dev/null", O_RDWR | O_CLOEXEC)).get());
    } else {
      PipeEnds ends = make_pipe();
      add(i == 0 ? ends.reading.get() : ends.writing.get());
      if (!good) break;
      Descriptor& ours = i == 0 ? launch.in : i == 1 ? launch.out : launch.err;
      ours = std::move(i == 0 ? ends.writing : ends.reading);
      ::fcntl(ours.get(), F_SETFL, O_NONBLOCK);
    }
  }
  for (std::size_t i = 0; i < start.descriptors.size() && good; ++i) add(start.descriptors[i]);
  if (!good) return cannot_start(name, errno);
  launch.words_ = exec_pointers(start.words);
  start.environment.push_back(nullptr);
  launch.start_ = std::move(start);
  return launch;
}

StartFailure Launch::become(pid_t parent, int report) const {
  using Step = StartFailure::Step;
  if (start_.own_group) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) return {Step::preparation, ESRCH};
  }
  int number = 0;
  for (const Descriptor& one : theirs_) {
    if (one && ::dup2(one.get(), number) < 0) return failed(Step::preparation);
    ++number;
  }
  // What is not ours but was inherited, and what another thread opened without close-on-exec.
  if (start_.own_group) {
    if (report > number) close_descriptors(static_cast<unsigned>(number), static_cast<unsigned>(report - 1));
    close_descriptors(static_cast<unsigned>(std::max(number, report + 1)));
  }
  for (const auto& [what, most] : start_.limits) {
    const rlimit limit{most, most};
    ::setrlimit(static_cast<__rlimit_resource>(what), &limit);
  }
  if (!start_.directory.empty() && ::chdir(start_.directory.c_str()) != 0) return failed(Step::directory);
  reset_signals();
  ::execve(start_.path.c_str(), words_.data(), const_cast<char* const*>(start_.environment.data()));  // NOLINT: its old signature
  return failed(Step::execution);
}

Process::Process(Launch launch, pid_t pid)
    : in(std::move(launch.in)),
      out(std::move(launch.out)),
      err(std::move(launch.err)),
      end(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U))),
      pid_(pid),
      own_group_(launch.start_.own_group) {}

Process::Process(Process&& other) noexcept
    : in(std::move(other.in)),
      out(std::move(other.out)),
      err(std::move(other.err)),
      end(std::move(other.end)),
      pid_(std::exchange(other.pid_, -1)),
      own_group_(other.own_group_) {}

Process::~Process() {
  if (pid_ < 0) return;
  kill();
  wait();
}

Result<Process> Process::start(ProgramStart start) {
  const std::string name = start.words.front();
  auto launch = Launch::prepare(std::move(start));
  if (!launch) return fail(std::move(launch.error()));
  PipeEnds ends = make_pipe();
  Descriptor report(::fcntl(ends.writing.get(), F_DUPFD_CLOEXEC, static_cast<int>(launch->theirs_.size())));
  if (!report) return cannot_start(name, errno);
  ends.writing.close();
  const pid_t parent = ::getpid();
  pid_t pid = -1;
  {
    const SignalsHeld held;
    pid = ::fork();
    if (pid == 0) {
      const StartFailure failure = launch->become(parent, report.get());
      (void)!::write(report.get(), &failure.error, sizeof failure.error);
      ::_exit(127);
    }
  }
  if (pid < 0) return cannot_start(name, errno);
  if (launch->start_.own_group) ::setpgid(pid, pid);  // both sides: whoever comes first
  Process process(std::move(*launch), pid);
  report.close();
  int error = 0;
  ssize_t got = 0;
  while ((got = ::read(ends.reading.get(), &error, sizeof error)) < 0 && errno == EINTR) {
  }
  if (got == sizeof error) return cannot_start(name, error);
  return process;
}

void Process::kill() const {
  if (pid_ > 0) ::kill(own_group_ ? -pid_ : pid_, SIGKILL);
}

int Process::wait() {
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool Process::has_ended() const {
  siginfo_t info{};
  // It stays to be reaped: until then its number, and that of its group, is nobody else's.
  return ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == pid_;
}

}  // namespace facio
