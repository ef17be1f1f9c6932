#include "commands/serve/service_manager.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "cli/core/files.hpp"
#include "cli/core/text.hpp"
#include "cli/core/utf8.hpp"

namespace facio::serve {
namespace {

constexpr int kFirstDescriptor = 3;
constexpr int kMostSockets = 64;
constexpr const char* kJournal = "/run/systemd/journal/socket";

struct UnixAddress {
  sockaddr_un address{};
  socklen_t size = 0;
};

/// Nothing when the path is too long.
std::optional<UnixAddress> unix_address(std::string_view path) noexcept {
  UnixAddress made;
  if (path.empty() || path.size() >= sizeof made.address.sun_path) return std::nullopt;
  made.address.sun_family = AF_UNIX;
  std::memcpy(made.address.sun_path, path.data(), path.size());
  if (path.front() == '@') made.address.sun_path[0] = '\0';  // an abstract name, which ends where the address does
  made.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  return made;
}

bool send_to(std::string_view path, std::string_view message) noexcept {
  const auto to = unix_address(path);
  if (!to) return false;
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  const ssize_t sent =
      ::sendto(fd, message.data(), message.size(), MSG_NOSIGNAL | MSG_DONTWAIT, reinterpret_cast<const sockaddr*>(&to->address), to->size);
  ::close(fd);
  return sent == static_cast<ssize_t>(message.size());
}

std::string monotonic_us() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::to_string(static_cast<std::int64_t>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000);
}

tl::unexpected<Error> unusable_sockets(const std::string& why, std::string hint) {
  return fail(Error(Code::usage, "LISTEN_FDS: " + why).with_field("LISTEN_FDS").with_hint(std::move(hint)));
}

bool is_listening_stream(int fd) {
  int type = 0, listens = 0;
  socklen_t size = sizeof type;
  if (::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_STREAM) return false;
  size = sizeof listens;
  return ::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 && listens != 0;
}

/// How many sockets there are for this process, and their names, which only messages use.
int number_of_sockets(const Environment& environment) {
  std::int64_t pid = 0;
  int count = 0;
  if (!read_number(environment.get(Variable::listen_pid), pid) || pid != ::getpid()) return 0;
  return read_number(environment.get(Variable::listen_fds), count) ? count : 0;
}

void forget_variables() {
  for (const Variable variable : {Variable::listen_pid, Variable::listen_fds, Variable::listen_fdnames})
    ::unsetenv(std::string(info(variable).name).c_str());  // NOLINT(concurrency-mt-unsafe): no other thread yet
}

/// Whether descriptor 2 is the stream that the service manager gave us for the journal, and not what it was led to since.
bool error_is_journal() noexcept {
  unsigned long long device = 0, inode = 0;
  struct stat found {};
  std::string_view stream = own_variable(Variable::journal_stream);
  return read_number(split_off(stream, ':'), device) && read_number(stream, inode) && ::fstat(STDERR_FILENO, &found) == 0 &&
         found.st_dev == device && found.st_ino == inode;
}

/// The priority of a line, by the word that it begins with.
char priority_of(std::string_view line) noexcept {
  if (line.starts_with("facioctl: ")) return '3';
  if (line.starts_with("warning: ")) return '4';
  return line.starts_with("note: ") ? '5' : '6';
}

/// One line with its fields; false if the journal did not take it.
bool to_journal(std::string_view line) noexcept {
  std::array<char, 1024> entry;
  const int size = std::snprintf(entry.data(), entry.size(), "PRIORITY=%c\nSYSLOG_IDENTIFIER=facioctl\nFACIOCTL_VERSION=%s\nMESSAGE=%.*s\n",
                                 priority_of(line), FACIOCTL_VERSION, static_cast<int>(line.size()), line.data());
  return size > 0 && static_cast<std::size_t>(size) < entry.size() && send_to(kJournal, {entry.data(), static_cast<std::size_t>(size)});
}

}  // namespace

void ServiceManager::say(const std::string& message) const {
  if (!socket_.empty()) (void)send_to(socket_, message);
}

void ServiceManager::ready(const std::string& url) const {
  say("READY=1\nMAINPID=" + std::to_string(::getpid()) + "\nSTATUS=serving " + printable(url) + "\n");
  alive();
}

void ServiceManager::reloading(std::string_view why) const {
  say("RELOADING=1\nMONOTONIC_USEC=" + monotonic_us() + "\nSTATUS=" + std::string(why) + "\n");
}

void ServiceManager::stopping() const { say("STOPPING=1\nSTATUS=waiting for running requests and turns\n"); }

void ServiceManager::alive() const {
  if (watchdog_us_ > 0) say("WATCHDOG=1\n");
}

Result<std::optional<Listening>> activated(ServeOptions& options, const Environment& environment) {
  const int count = number_of_sockets(environment);
  const std::string names(environment.get(Variable::listen_fdnames));
  forget_variables();
  if (count == 0) return std::nullopt;
  if (count < 0 || count > kMostSockets) return unusable_sockets("must be from 1 to 64", "give the socket unit fewer addresses");
  if (options.listen_given)
    return unusable_sockets("there are sockets already, so --listen has no meaning", "omit --listen, or stop the socket unit");
  Listening listening{.borrowed = true};
  const auto each_name = split(names, ':');
  for (int i = 0; i < count; ++i) {
    const int fd = kFirstDescriptor + i;
    const auto place = static_cast<std::size_t>(i);
    const std::string named = place < each_name.size() ? " (" + printable(each_name[place]) + ")" : "";
    if (!is_listening_stream(fd))
      return unusable_sockets("descriptor " + std::to_string(fd) + named + " is not a listening stream socket",
                              "use ListenStream= in the socket unit");
    auto address = address_of_socket(fd, options.tls.on());
    if (!address) return fail(std::move(address.error()));
    if (!address->loopback && !options.behind_proxy && !options.tls.on())
      return unusable_sockets(
          "descriptor " + std::to_string(fd) + named + " can be reached from other machines, and this server speaks plain HTTP",
          "listen on 127.0.0.1, or add --tls or --behind-proxy");
    ::fcntl(fd, F_SETFD, FD_CLOEXEC);
    ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
    if (i == 0) listening.url = address->url;
    if (i == 0 || !address->loopback) options.listen = *address;  // who can reach the server follows from the most open one
    listening.sockets.push_back(fd);
  }
  for (std::size_t i = 0; listening.sockets.size() < options.threads; ++i)
    listening.sockets.push_back(::fcntl(listening.sockets[i], F_DUPFD_CLOEXEC, kFirstDescriptor));
  return listening;
}

bool say_to_journal(std::string_view lines) noexcept {
  static const bool is_journal = error_is_journal();
  if (!is_journal) return false;
  while (!lines.empty()) {
    const std::string_view line = split_off(lines, '\n');
    if (line.empty() || to_journal(line)) continue;
    (void)!::write(STDERR_FILENO, line.data(), line.size());
    (void)!::write(STDERR_FILENO, "\n", 1);
  }
  return true;
}

}  // namespace facio::serve
