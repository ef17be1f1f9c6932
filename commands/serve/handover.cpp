#include "commands/serve/handover.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <sys/socket.h>
#include <span>
#include <unistd.h>

#include "cli/core/streams.hpp"
#include "cli/core/text.hpp"
#include "cli/process/process.hpp"

namespace facio::serve {
namespace {

// "PID URL FD FD …"; a "-" before the numbers: the sockets are borrowed.
// With the process's own id, so that a copy in the environment of another process is ignored.
constexpr Variable kVariable = Variable::facioctl_serve_handover;

bool listens(int fd) {
  int on = 0;
  socklen_t size = sizeof on;
  return ::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &on, &size) == 0 && on != 0;
}

void close_on_exec(int fd, bool on) { ::fcntl(fd, F_SETFD, on ? FD_CLOEXEC : 0); }

std::string own_file() {
  std::string path(4096, '\0');
  const ssize_t length = ::readlink("/proc/self/exe", path.data(), path.size());
  path.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
  return path;
}

/// The arguments of this process; empty if they cannot be read.
std::vector<std::string> own_arguments() {
  std::string line;
  const Descriptor file(::open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC));
  std::array<char, 4096> part;
  for (ssize_t got = 0; (got = ::read(file.get(), part.data(), part.size())) > 0;) line.append(part.data(), static_cast<std::size_t>(got));
  const auto words = split_terminated(line, '\0');
  return {words.begin(), words.end()};
}

}  // namespace

std::optional<Listening> handed_over(const Environment& environment) {
  const auto words = split(environment.get(kVariable), ' ');
  if (words.size() < 3 || words[0] != std::to_string(::getpid())) return std::nullopt;
  Listening listening{.url = std::string(words[1])};
  listening.borrowed = words[2] == "-";
  if (listening.url.starts_with("unix:") && !listening.borrowed) listening.unix_path = listening.url.substr(5);
  for (const std::string_view word : std::span(words).subspan(listening.borrowed ? 3 : 2)) {
    int fd = -1;
    if (!read_number(word, fd) || !listens(fd)) return std::nullopt;
    close_on_exec(fd, true);
    listening.sockets.push_back(fd);
  }
  return listening;
}

Handover::Handover(const Listening& listening) : url_(listening.url + (listening.borrowed ? " -" : "")), program_(own_file()) {
  for (const int socket : listening.sockets) sockets_.emplace_back(::fcntl(socket, F_DUPFD_CLOEXEC, 3));
}

Error Handover::start_again() const {
  std::string note = std::to_string(::getpid()) + " " + url_;
  for (const Descriptor& socket : sockets_) {
    close_on_exec(socket.get(), false);
    note += " " + std::to_string(socket.get());
  }
  ::setenv(std::string(info(kVariable).name).c_str(), note.c_str(), 1);  // NOLINT(concurrency-mt-unsafe): no other thread is left
  const std::vector<std::string> words = own_arguments();
  const std::vector<char*> arguments = exec_pointers(words);
  // The file may have been replaced by a newer version, which is started then. If it is gone, the running one is.
  if (!program_.empty()) ::execv(program_.c_str(), arguments.data());
  ::execv("/proc/self/exe", arguments.data());
  return {Code::failed, "cannot start again: " + system_reason(errno)};
}

}  // namespace facio::serve
