#include "cli/http/connection.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>

#include "cli/http/resolve.hpp"
#include "cli/http/tls.hpp"

namespace facio::http {
namespace {

using std::chrono::milliseconds;

std::string in_words(int error) {
  std::string text = system_reason(error);
  if (text.size() > 1 && text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'a') text[0] = static_cast<char>(text[0] - 'A' + 'a');
  return text;
}

/// The result of a connection attempt on a socket that does not block: 0, or an errno value.
int connect_until(int fd, const SocketAddress& to, Instant deadline, int cancel) {
  if (::connect(fd, to.get(), to.length) == 0) return 0;
  if (errno != EINPROGRESS && errno != EINTR) return errno;
  if (!wait_for(fd, true, deadline, cancel)) return ETIMEDOUT;
  int error = 0;
  socklen_t size = sizeof error;
  return ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

Outcome<int> connect_any(const std::vector<SocketAddress>& addresses, Instant deadline, int cancel) {
  int error = EHOSTUNREACH;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    const int family = addresses[i].storage.ss_family;
    const int fd = ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
      error = errno;
      continue;
    }
    // One address that swallows packets must not use up the time of the others.
    const Instant now = std::chrono::steady_clock::now();
    const Instant until = now + (deadline - now) / static_cast<int>(addresses.size() - i);
    error = connect_until(fd, addresses[i], until, cancel);
    if (error == 0) {
      const int on = 1;
      if (family != AF_UNIX) (void)::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      return fd;
    }
    ::close(fd);
  }
  return trouble(error == ETIMEDOUT ? Trouble::Kind::connect_timeout : Trouble::Kind::cannot_connect, in_words(error));
}

}  // namespace

std::string in_units(int ms) { return ms % 1000 == 0 ? std::to_string(ms / 1000) + " s" : std::to_string(ms) + " ms"; }

std::string told(const Trouble& trouble, const std::string& where, int connect_ms, int timeout_ms) {
  switch (trouble.kind) {
    case Trouble::Kind::connect_timeout: return "cannot connect to " + where + " within " + in_units(connect_ms) + ": " + trouble.words;
    case Trouble::Kind::timeout: return "no answer from " + where + " within " + in_units(timeout_ms);
    case Trouble::Kind::closed: return where + " ended the exchange: " + trouble.words;
    case Trouble::Kind::malformed: return where + " does not speak HTTP: " + trouble.words;
    case Trouble::Kind::too_large: return where + " sent too much: " + trouble.words;
    default: return "cannot connect to " + where + ": " + trouble.words;
  }
}

bool wait_for(int fd, bool to_write, Instant deadline, int cancel) {
  // An entry with a negative descriptor is left out by poll().
  pollfd entries[] = {{fd, static_cast<short>(to_write ? POLLOUT : POLLIN), 0}, {cancel, POLLIN, 0}};
  while (true) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    const int ready = ::poll(entries, 2, left <= 0 ? 0 : static_cast<int>(std::min<long long>(left, 60'000'000)));
    if (ready > 0) return entries[1].revents == 0;
    if (ready == 0 && left <= 60'000'000) return false;
    if (ready < 0 && errno != EINTR) return false;
  }
}

Connection::Connection(int fd, int cancel) : fd_(fd), cancel_(cancel) {}
Connection::Connection(Connection&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), cancel_(other.cancel_), moments_(other.moments_), tls_(std::move(other.tls_)) {}
Connection& Connection::operator=(Connection&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(cancel_, other.cancel_);
  std::swap(moments_, other.moments_);
  std::swap(tls_, other.tls_);
  return *this;
}
Connection::~Connection() {
  tls_.reset();
  if (fd_ >= 0) ::close(fd_);
}

Outcome<Connection> Connection::open(const Address& address, const std::string& ca_file, Instant deadline) {
  const Instant begun = std::chrono::steady_clock::now();
  const auto addresses = resolve(address, deadline);
  if (!addresses) return tl::unexpected(addresses.error());
  const Instant looked_up = std::chrono::steady_clock::now();
  auto opened = open_at(address, *addresses, ca_file, deadline);
  if (opened) {
    opened->moments_.begun = begun;
    opened->moments_.looked_up = looked_up;
  }
  return opened;
}

Outcome<Connection> Connection::open_at(const Address& address, const std::vector<SocketAddress>& addresses, const std::string& ca_file,
                                        Instant deadline, int cancel) {
  const auto fd = connect_any(addresses, deadline, cancel);
  if (!fd) return tl::unexpected(fd.error());
  Connection connection(*fd, cancel);
  connection.moments_.connected = std::chrono::steady_clock::now();
  if (address.scheme != Scheme::tls) return connection;

  auto session = TlsSession::start(*fd, address.host, ca_file);
  if (!session) return tl::unexpected(session.error());
  connection.tls_ = std::move(*session);
  while (true) {
    const auto step = connection.tls_->handshake();
    if (step == TlsSession::Step::done) {
      connection.moments_.secured = std::chrono::steady_clock::now();
      return connection;
    }
    if (step != TlsSession::Step::want_read && step != TlsSession::Step::want_write)
      return trouble(Trouble::Kind::no_tls, "TLS failed: " + connection.tls_->why());
    if (!wait_for(*fd, step == TlsSession::Step::want_write, deadline, cancel))
      return trouble(Trouble::Kind::connect_timeout, "the TLS handshake took too long");
  }
}

bool Connection::stale() const {
  // Over TLS a waiting byte may be a session ticket, which is no speech out of turn.
  if (tls_) return tls_->listen() != TlsSession::Step::want_read;
  char byte = 0;
  const ssize_t got = ::recv(fd_, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got >= 0 || (errno != EAGAIN && errno != EINTR);
}

std::optional<std::int64_t> Connection::certificate_end() const { return tls_ ? tls_->certificate_end() : std::nullopt; }

Outcome<void> Connection::write(std::string_view head, std::string_view body, Instant deadline) {
  moments_.first_byte = {};
  if (tls_) {
    if (auto sent = write_tls(head, deadline); !sent) return sent;
    return write_tls(body, deadline);
  }
  while (!head.empty() || !body.empty()) {
    iovec pieces[2] = {{const_cast<char*>(head.data()), head.size()}, {const_cast<char*>(body.data()), body.size()}};
    msghdr message{};
    message.msg_iov = pieces;
    message.msg_iovlen = 2;
    const ssize_t sent = ::sendmsg(fd_, &message, MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno == EINTR) continue;
      if (errno != EAGAIN) return trouble(Trouble::Kind::closed, in_words(errno));
      if (!wait_for(fd_, true, deadline, cancel_)) return trouble(Trouble::Kind::timeout, "the request could not be sent in time");
      continue;
    }
    const std::size_t of_head = std::min(head.size(), static_cast<std::size_t>(sent));
    head.remove_prefix(of_head);
    body.remove_prefix(static_cast<std::size_t>(sent) - of_head);
  }
  return {};
}

Outcome<void> Connection::write_tls(std::string_view data, Instant deadline) {
  while (!data.empty()) {
    std::size_t put = 0;
    const auto step = tls_->write(data, put);
    if (step == TlsSession::Step::done) {
      data.remove_prefix(put);
    } else if (step == TlsSession::Step::want_read || step == TlsSession::Step::want_write) {
      if (!wait_for(fd_, step == TlsSession::Step::want_write, deadline, cancel_))
        return trouble(Trouble::Kind::timeout, "the request could not be sent in time");
    } else {
      return trouble(Trouble::Kind::closed, tls_->why());
    }
  }
  return {};
}

Outcome<std::size_t> Connection::read(char* to, std::size_t size, Instant deadline) {
  auto got = read_some(to, size, deadline);
  if (got && moments_.first_byte == Instant{}) moments_.first_byte = std::chrono::steady_clock::now();
  return got;
}

Outcome<std::size_t> Connection::read_some(char* to, std::size_t size, Instant deadline) {
  while (true) {
    bool to_write = false;
    if (tls_) {
      std::size_t got = 0;
      const auto step = tls_->read(to, size, got);
      if (step == TlsSession::Step::done) return got;
      if (step == TlsSession::Step::closed) return std::size_t{0};
      if (step == TlsSession::Step::failed) return trouble(Trouble::Kind::closed, tls_->why());
      to_write = step == TlsSession::Step::want_write;
    } else {
      const ssize_t got = ::recv(fd_, to, size, 0);
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno == EINTR) continue;
      if (errno != EAGAIN) return trouble(Trouble::Kind::closed, in_words(errno));
    }
    if (!wait_for(fd_, to_write, deadline, cancel_)) return trouble(Trouble::Kind::timeout, "no answer in time");
  }
}

}  // namespace facio::http
