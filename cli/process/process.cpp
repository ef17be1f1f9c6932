#include "cli/process/process.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <iterator>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/core/streams.hpp"
#include "cli/core/text.hpp"

extern char** environ;

namespace facio {
namespace {

tl::unexpected<Error> cannot_start(const std::string& name, int error) {
  return fail(Code::unavailable, "cannot start " + name + ": " + system_reason(error));
}

StartFailure failed(StartFailure::Step step) { return {step, errno}; }

/// Unblocks all signals and removes our handlers, as a program expects at its start. Async-signal-safe.
void reset_signals() {
  for (int number = 1; number < NSIG; ++number) {
    struct sigaction action {};
    // What our own parent ignores stays ignored, as under nohup; the others here we ignore ourselves.
    if (::sigaction(number, nullptr, &action) != 0 || action.sa_handler == SIG_DFL) continue;
    if (action.sa_handler == SIG_IGN && number != SIGPIPE && number != SIGCHLD && number != SIGXFSZ) continue;
    action = {};
    action.sa_handler = SIG_DFL;
    ::sigaction(number, &action, nullptr);
  }
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

}  // namespace

EnvironmentPointers environment_of(const std::vector<std::string>& variables) {
  EnvironmentPointers all;
  std::ranges::transform(variables, std::back_inserter(all), &std::string::c_str);
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
  std::ranges::transform(changed, std::back_inserter(all), &std::string::c_str);
  return all;
}

SignalsBlocked::SignalsBlocked(std::initializer_list<int> numbers) {
  if (numbers.size() == 0) ::sigfillset(&signals_);
  else ::sigemptyset(&signals_);
  for (const int number : numbers) ::sigaddset(&signals_, number);
  ::pthread_sigmask(SIG_BLOCK, &signals_, &before_);
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

std::vector<std::string> path_directories(std::string_view path) {
  std::vector<std::string> found;
  while (!path.empty())
    if (const std::string_view one = split_off(path, ':'); one.starts_with('/') && std::ranges::find(found, one) == found.end())
      found.emplace_back(one);
  return found;
}

std::string_view own_path() {
  const std::string_view path = own_variable(Variable::path);
  return path.empty() ? "/usr/local/bin:/usr/bin:/bin" : path;
}

bool is_program(const std::string& path) {
  struct ::stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && ::access(path.c_str(), X_OK) == 0;
}

std::string find_program(std::string_view name, std::string_view path) {
  for (std::string& candidate : path_directories(path))
    if (is_program(candidate.append("/").append(name))) return std::move(candidate);
  return {};
}

Result<Launch> Launch::prepare(ProgramStart start) {
  Launch launch;
  const auto first_free = static_cast<int>(3 + start.descriptors.size());
  const std::string& name = start.words.front();
  bool good = true;
  // Above the numbers that the program will see, so that none is overwritten before it is copied.
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
  if (start_.detached) {
    ::setsid();
  } else if (start_.own_group) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) return {Step::preparation, ESRCH};
  }
  int number = 0;
  for (const Descriptor& one : theirs_) {
    if (one && ::dup2(one.get(), number) < 0) return failed(Step::preparation);
    ++number;
  }
  // Those that we inherited, and those that another thread opened without close-on-exec.
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
      own_group_(launch.start_.own_group),
      detached_(launch.start_.detached) {}

Process::Process(Process&& other) noexcept
    : in(std::move(other.in)),
      out(std::move(other.out)),
      err(std::move(other.err)),
      end(std::move(other.end)),
      pid_(std::exchange(other.pid_, -1)),
      own_group_(other.own_group_),
      detached_(other.detached_) {}

Process::~Process() {
  if (pid_ < 0 || detached_) return;
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
    const SignalsBlocked blocked({});  // also in the child until it executes: our handlers would act on the parent's behalf there
    pid = ::fork();
    if (pid == 0) {
      const StartFailure failure = launch->become(parent, report.get());
      (void)!::write(report.get(), &failure.error, sizeof failure.error);
      ::_exit(127);
    }
  }
  if (pid < 0) return cannot_start(name, errno);
  if (launch->start_.own_group && !launch->start_.detached) ::setpgid(pid, pid);  // parent and child both do: whoever is first
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

void Process::send(int signal) const {
  if (pid_ > 0) ::kill(pid_, signal);
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
  // It is left to be reaped: until then its pid, and that of its group, cannot be reused.
  return ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == pid_;
}

}  // namespace facio
