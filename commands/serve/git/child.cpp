#include "commands/serve/git/child.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace facio::serve {
namespace {

constexpr int kOutOfTheWay = 64;

/// The absolute path of a program of the PATH; empty when there is none.
std::string find_program(const std::string& name) {
  const char* path = std::getenv("PATH");
  std::string_view rest = path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin";
  while (!rest.empty()) {
    const auto colon = rest.find(':');
    const std::string directory(rest.substr(0, colon));
    rest = colon == std::string_view::npos ? std::string_view{} : rest.substr(colon + 1);
    if (!directory.starts_with('/')) continue;  // never from the working directory
    std::string candidate = directory + "/" + name;
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return {};
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> all;
  all.reserve(texts.size() + 1);
  for (const std::string& text : texts) all.push_back(const_cast<char*>(text.c_str()));  // NOLINT: execve's old signature
  all.push_back(nullptr);
  return all;
}

/// In the child, between fork and exec: only calls that are safe there.
[[noreturn]] void become(const char* program, char* const* arguments, char* const* environment, const std::array<int, 3>& streams,
                         const ChildExtras& extras, pid_t parent) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  for (int to = 0; to < 3; ++to)
    if (::dup2(streams[static_cast<std::size_t>(to)], to) < 0) ::_exit(127);
  unsigned first_free = 3;
  for (const int descriptor : extras.descriptors)
    if (::dup2(descriptor, static_cast<int>(first_free++)) < 0) ::_exit(127);
#ifdef SYS_close_range
  ::syscall(SYS_close_range, first_free, ~0U, 0U);  // whatever another thread opened without close-on-exec
#endif
  if (::chdir("/") != 0) ::_exit(127);
  for (const auto& [what, most] : extras.limits) {
    const rlimit limit{most, most};
    ::setrlimit(static_cast<__rlimit_resource>(what), &limit);
  }
  ::execve(program, arguments, environment);
  ::_exit(127);
}

}  // namespace

Pipe& Pipe::operator=(Pipe&& other) noexcept {
  if (this != &other) {
    close();
    fd_ = other.fd_;
    other.fd_ = -1;
  }
  return *this;
}

void Pipe::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

Child::~Child() {
  if (pid < 0) return;
  kill();
  wait();
}

Status Child::spawn(const std::string& program, const std::vector<std::string>& arguments, const std::vector<std::string>& environment,
                    const ChildExtras& extras) {
  const std::string path = find_program(program);
  if (path.empty())
    return fail(Code::unavailable, "the program " + program + " is not installed on the agent's machine; this area needs it");
  std::array<Pipe, 3> theirs;
  std::array<Pipe, 3> ours;
  for (std::size_t i = 0; i < 3; ++i) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return fail(Code::internal, "no pipe: " + std::generic_category().message(errno));
    theirs[i] = Pipe(ends[i == 0 ? 0 : 1]);
    ours[i] = Pipe(ends[i == 0 ? 1 : 0]);
    ::fcntl(ours[i].fd(), F_SETFL, O_NONBLOCK);
  }
  // A stream's number below 3 would be overwritten before it is copied.
  for (Pipe& one : theirs)
    if (one.fd() < 3) one = Pipe(::fcntl(one.fd(), F_DUPFD_CLOEXEC, 3));
  // Theirs are out of the way of the numbers that they are to get.
  std::vector<Pipe> copies;
  ChildExtras given{.descriptors = {}, .limits = extras.limits};
  for (const int descriptor : extras.descriptors) {
    copies.emplace_back(::fcntl(descriptor, F_DUPFD_CLOEXEC, kOutOfTheWay));
    given.descriptors.push_back(copies.back().fd());
  }
  std::vector<std::string> line{path};
  line.insert(line.end(), arguments.begin(), arguments.end());
  const auto argv = pointers(line);
  const auto envp = pointers(environment);
  const std::array streams{theirs[0].fd(), theirs[1].fd(), theirs[2].fd()};
  const pid_t parent = ::getpid();
  const pid_t made = ::fork();
  if (made < 0) return fail(Code::unavailable, "no new process: " + std::generic_category().message(errno));
  if (made == 0) become(path.c_str(), argv.data(), envp.data(), streams, given, parent);
  ::setpgid(made, made);  // both sides: whoever comes first
  pid = made;
  in = std::move(ours[0]);
  out = std::move(ours[1]);
  err = std::move(ours[2]);
  return {};
}

void Child::kill() const {
  if (pid > 0) ::kill(-pid, SIGKILL);
}

int Child::wait() {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  pid = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace facio::serve
