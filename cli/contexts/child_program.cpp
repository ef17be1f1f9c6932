#include "cli/contexts/child_program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

extern char** environ;

namespace facio {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t kMostBytes = 64 * 1024;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }
  [[nodiscard]] int get() const { return fd_; }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

 private:
  int fd_;
};

/// Reads until the end or the deadline; false when time ran out.
bool read_until(int fd, std::string& text, Clock::time_point deadline) {
  char block[4096];
  while (text.size() <= kMostBytes) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    pollfd waiting{fd, POLLIN, 0};
    const int ready = ::poll(&waiting, 1, static_cast<int>(std::max<std::int64_t>(left, 0)));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return false;
    const ssize_t got = ::read(fd, block, sizeof block);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    text.append(block, static_cast<std::size_t>(got));
  }
  explicit_bzero(block, sizeof block);
  return true;
}

/// A file in memory with this text, at its beginning.
int memory_file(std::string_view text) {
  const int fd = ::memfd_create("facioctl", MFD_CLOEXEC);
  const bool whole = fd >= 0 && ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::lseek(fd, 0, SEEK_SET) == 0;
  if (whole || fd < 0) return fd;
  ::close(fd);
  return -1;
}

std::string content_of(int fd) {
  std::string text(kMostBytes, '\0');
  const ssize_t got = ::pread(fd, text.data(), text.size(), 0);
  text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return text;
}

std::vector<char*> pointers(const std::vector<std::string>& texts, char** first = nullptr) {
  std::vector<char*> all;
  for (; first != nullptr && *first != nullptr; ++first) all.push_back(*first);
  for (const std::string& text : texts) all.push_back(const_cast<char*>(text.c_str()));
  all.push_back(nullptr);
  return all;
}

}  // namespace

Result<ChildAnswer> run_child(const ChildProgram& program) {
  const std::string& name = program.command.front();
  const auto cannot = [&](int error) { return fail(Code::unauthenticated, "cannot start " + name + ": " + std::strerror(error)); };
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return cannot(errno);
  Descriptor out(ends[0]);
  Descriptor child_out(ends[1]);
  const Descriptor input(program.input.empty() ? -1 : memory_file(program.input));
  const Descriptor errors(program.keep_errors ? memory_file({}) : -1);
  if ((!program.input.empty() && input.get() < 0) || (program.keep_errors && errors.get() < 0)) return cannot(errno);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (input.get() >= 0) posix_spawn_file_actions_adddup2(&actions, input.get(), 0);
  else posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, child_out.get(), 1);
  if (errors.get() >= 0) posix_spawn_file_actions_adddup2(&actions, errors.get(), 2);
  const std::vector<char*> arguments = pointers(program.command);
  const std::vector<char*> environment = pointers(program.environment, environ);
  pid_t child = -1;
  const int error = ::posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environment.data());
  posix_spawn_file_actions_destroy(&actions);
  child_out.close();
  if (error != 0) return cannot(error);

  ChildAnswer answer;
  answer.in_time = read_until(out.get(), answer.out, Clock::now() + program.limit);
  out.close();
  if (!answer.in_time) ::kill(child, SIGKILL);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  answer.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  if (errors.get() >= 0) answer.errors = content_of(errors.get());
  return answer;
}

}  // namespace facio
