#include "commands/serve/http/listener.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "cli/core/files.hpp"
#include "cli/core/text.hpp"

namespace facio::serve {
namespace {

constexpr int kBacklog = 4096;

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  [[nodiscard]] sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

/// Numeric addresses only: a server must not wait for name resolution at start.
bool fill(const std::string& host, std::uint16_t port, Address& address) {
  auto* v4 = reinterpret_cast<sockaddr_in*>(&address.storage);
  if (::inet_pton(AF_INET, host.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    address.size = sizeof *v4;
    return true;
  }
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
  if (::inet_pton(AF_INET6, host.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    address.size = sizeof *v6;
    return true;
  }
  return false;
}

/// Whether it is 127.0.0.0/8, ::1 or a unix socket.
bool is_loopback(const sockaddr* address) {
  if (address->sa_family == AF_INET) return (ntohl(reinterpret_cast<const sockaddr_in*>(address)->sin_addr.s_addr) >> 24) == 127;
  if (address->sa_family == AF_INET6) {
    const in6_addr& ip = reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr;
    return IN6_IS_ADDR_LOOPBACK(&ip) != 0;
  }
  return address->sa_family == AF_UNIX;
}

tl::unexpected<Error> bad_address(std::string_view text) {
  return fail(Error(Code::usage, "--listen: \"" + std::string(text) + "\" is not a valid address")
                  .with_field("listen")
                  .with_hint("give HOST:PORT with a numeric address, such as 127.0.0.1:8900, or unix:/path"));
}

tl::unexpected<Error> in_use(const std::string& where) {
  return fail(Code::conflict, "the address " + where + " is already in use",
              "stop the other server, or use a free port with --listen 127.0.0.1:0");
}

tl::unexpected<Error> cannot_listen(const std::string& where, int error) {
  return fail(Code::usage, "cannot listen on " + where + ": " + system_reason(error), "choose another address with --listen");
}

/// After a bind or listen that failed.
tl::unexpected<Error> refused(const std::string& where) { return errno == EADDRINUSE ? in_use(where) : cannot_listen(where, errno); }

Descriptor open_socket(int family) { return Descriptor(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)); }

Result<Descriptor> bind_socket(const Address& address, bool shared, const std::string& where) {
  Descriptor socket = open_socket(address.get()->sa_family);
  if (!socket) return cannot_listen(where, errno);
  const int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (shared) ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  if (::bind(socket.get(), address.get(), address.size) != 0) return refused(where);
  return socket;
}

Result<Listening> listen_tcp(const ListenAddress& wanted, unsigned count) {
  Address address;
  std::uint16_t port = 0;
  (void)read_number(wanted.port, port);
  if (!fill(wanted.host, port, address)) return bad_address(wanted.host + ":" + wanted.port);
  const bool v6 = address.get()->sa_family == AF_INET6;
  const std::string host = v6 ? "[" + wanted.host + "]" : wanted.host;
  {
    // With SO_REUSEPORT two servers of one user could share a port unnoticed; a plain bind detects that. It also chooses a port for 0.
    auto claim = bind_socket(address, false, host + ":" + wanted.port);
    if (!claim) return fail(std::move(claim.error()));
    ::getsockname(claim->get(), address.get(), &address.size);
  }
  const auto real =
      ntohs(v6 ? reinterpret_cast<sockaddr_in6*>(&address.storage)->sin6_port : reinterpret_cast<sockaddr_in*>(&address.storage)->sin_port);
  const std::string where = host + ":" + std::to_string(real);
  std::vector<Descriptor> sockets;
  for (unsigned i = 0; i < count; ++i) {
    auto socket = bind_socket(address, true, where);
    if (!socket) return fail(std::move(socket.error()));
    if (::listen(socket->get(), kBacklog) != 0) return refused(where);
    sockets.push_back(std::move(*socket));
  }
  Listening listening{.url = (wanted.tls ? "https://" : "http://") + where};
  for (Descriptor& socket : sockets) listening.sockets.push_back(socket.release());
  return listening;
}

/// Removes the socket of a server that is gone.
Status clear_path(const std::string& path, const sockaddr_un& address) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0) return {};
  if (!S_ISSOCK(found.st_mode))
    return fail(Code::usage, "cannot listen on " + path + ": it is not a socket", "choose another path with --listen");
  const Descriptor probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return in_use("unix:" + path);
  ::unlink(path.c_str());
  return {};
}

Result<Listening> listen_unix(const std::string& path, unsigned count) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return fail(Code::usage, "--listen: the path of a unix socket can have at most 107 bytes");
  std::memcpy(address.sun_path, path.data(), path.size());
  if (auto status = clear_path(path, address); !status) return fail(std::move(status.error()));
  Descriptor socket = open_socket(AF_UNIX);
  if (!socket) return cannot_listen(path, errno);
  const mode_t before = ::umask(0177);  // private to its owner from the first moment
  const bool bound = ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::umask(before);  // leaves errno alone
  if (!bound || ::listen(socket.get(), kBacklog) != 0) return cannot_listen("unix:" + path, errno);
  Listening listening{.sockets = {socket.release()}, .url = "unix:" + path, .unix_path = path};
  for (unsigned i = 1; i < count; ++i) listening.sockets.push_back(::fcntl(listening.sockets.front(), F_DUPFD_CLOEXEC, 0));
  return listening;
}

}  // namespace

Result<ListenAddress> parse_listen_address(std::string_view text) {
  ListenAddress address;
  if (text.starts_with("unix:")) {
    address.unix_path = text.substr(5);
    if (address.unix_path.empty()) return bad_address(text);
    return address;
  }
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return bad_address(text);
  std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  std::uint16_t number = 0;
  if (!read_number(port, number)) return bad_address(text);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  if (!host.empty() && host != "localhost") address.host = host;
  address.port = port;
  Address numeric;
  if (!fill(address.host, number, numeric)) return bad_address(text);
  address.loopback = is_loopback(numeric.get());
  return address;
}

Result<ListenAddress> address_of_socket(int fd, bool tls) {
  Address bound;
  bound.size = sizeof bound.storage;
  if (::getsockname(fd, bound.get(), &bound.size) != 0) return cannot_listen("descriptor " + std::to_string(fd), errno);
  ListenAddress address{.loopback = is_loopback(bound.get()), .tls = tls};
  const int family = bound.get()->sa_family;
  if (family == AF_UNIX) {
    const auto& name = reinterpret_cast<const sockaddr_un&>(bound.storage);
    const std::size_t length = bound.size - offsetof(sockaddr_un, sun_path);
    std::string path(name.sun_path, length);
    if (path.starts_with('\0')) path[0] = '@';
    address.unix_path = path.substr(0, path.find('\0'));
    address.url = "unix:" + address.unix_path;
    return address;
  }
  if (family != AF_INET && family != AF_INET6) return cannot_listen("descriptor " + std::to_string(fd), EAFNOSUPPORT);
  const bool v6 = family == AF_INET6;
  char text[INET6_ADDRSTRLEN] = {};
  const auto& four = reinterpret_cast<const sockaddr_in&>(bound.storage);
  const auto& six = reinterpret_cast<const sockaddr_in6&>(bound.storage);
  ::inet_ntop(family, v6 ? static_cast<const void*>(&six.sin6_addr) : &four.sin_addr, text, sizeof text);
  address.host = text;
  address.port = std::to_string(ntohs(v6 ? six.sin6_port : four.sin_port));
  address.url = (tls ? "https://" : "http://") + (v6 ? "[" + address.host + "]" : address.host) + ":" + address.port;
  return address;
}

Result<Listening> listen_on(const ListenAddress& address, unsigned count) {
  return address.unix_path.empty() ? listen_tcp(address, count) : listen_unix(address.unix_path, count);
}

}  // namespace facio::serve
