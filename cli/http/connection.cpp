#include "cli/http/connection.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/uio.h>
#include <sys/un.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <mutex>
#include <system_error>
#include <thread>

#include "cli/core/text.hpp"
#include "cli/http/tls.hpp"

namespace facio::http {
namespace {

using std::chrono::milliseconds;

/// The reason as a part of a sentence: "connection refused".
std::string reason_text(int error) {
  std::string text = system_reason(error);
  if (text.size() > 1 && text[1] >= 'a') text[0] = lower(text[0]);
  return text;
}

/// Connects a non-blocking socket: 0, or an errno value.
int connect_until(int fd, const SocketAddress& to, Instant deadline, int cancel) {
  if (::connect(fd, to.get(), to.length) == 0) return 0;
  if (errno != EINPROGRESS && errno != EINTR) return errno;
  if (!wait_for(fd, true, deadline, cancel)) return ETIMEDOUT;
  int error = 0;
  socklen_t size = sizeof error;
  return ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

Outcome<Descriptor> connect_any(const std::vector<SocketAddress>& addresses, Instant deadline, int cancel) {
  int error = EHOSTUNREACH;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    const int family = addresses[i].storage.ss_family;
    Descriptor fd(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    // An address that swallows packets must not use up the time of the others.
    const Instant now = std::chrono::steady_clock::now();
    const Instant until = now + (deadline - now) / static_cast<int>(addresses.size() - i);
    error = fd ? connect_until(fd.get(), addresses[i], until, cancel) : errno;
    if (error != 0) continue;
    const int on = 1;
    if (family != AF_UNIX) (void)::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
  }
  return failure(error == ETIMEDOUT ? Failure::Kind::connect_timeout : Failure::Kind::cannot_connect, reason_text(error));
}

/// Repeats a step of TLS until it need not wait for the socket; nothing when the deadline passes first.
template <class Try>
std::optional<TlsSession::Step> complete(int fd, Instant deadline, int cancel, Try attempt) {
  using Step = TlsSession::Step;
  while (true) {
    const Step step = attempt();
    if (step != Step::want_read && step != Step::want_write) return step;
    if (!wait_for(fd, step == Step::want_write, deadline, cancel)) return std::nullopt;
  }
}

tl::unexpected<Failure> refused_tls(const TlsSession& tls) {
  return tl::unexpected<Failure>({.kind = Failure::Kind::no_tls, .message = "TLS failed: " + tls.why(), .remedy = tls.remedy()});
}

using Addresses = std::vector<SocketAddress>;

/// What getaddrinfo() finds; `error` gets its error code.
Addresses look_up(const std::string& host, const std::string& port, int flags, int& error) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags;
  addrinfo* list = nullptr;
  error = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &list);
  Addresses found;
  for (const addrinfo* one = error == 0 ? list : nullptr; one != nullptr; one = one->ai_next) {
    std::memcpy(&found.emplace_back().storage, one->ai_addr, one->ai_addrlen);
    found.back().length = one->ai_addrlen;
  }
  if (error == 0) ::freeaddrinfo(list);
  return found;
}

SocketAddress local(const std::string& path) {
  SocketAddress packed;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size());
  std::memcpy(&packed.storage, &address, sizeof address);
  packed.length = sizeof address;
  return packed;
}

/// The system's look-up cannot be cancelled, so while a name server is silent the threads of those who gave up go on.
constexpr int kMostLookups = 64;

/// A peer that sends in small pieces and waits for each to be acknowledged (Nagle's algorithm) would get that 40 ms later on a connection
/// that is not new any more. The system forgets this wish with the next packet.
void acknowledge_at_once(int fd) {
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
}

/// A look-up in a thread of its own.
struct Lookup {
  static inline std::atomic<int> running{0};
  const Descriptor done{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};  ///< readable when the answer is there
  std::mutex mutex;
  int error = 0;
  Addresses found;
};

/// False when no further look-up can run.
bool begin_lookup(const std::shared_ptr<Lookup>& lookup, const Address& address) {
  const auto work = [lookup, host = address.host, port = address.port] {
    int result = EAI_MEMORY;
    Addresses found;
    try {
      found = look_up(host, port, AI_ADDRCONFIG, result);
    } catch (const std::bad_alloc&) {
    }
    Lookup::running.fetch_sub(1);
    const std::lock_guard lock(lookup->mutex);
    lookup->error = result;
    lookup->found = std::move(found);
    (void)::eventfd_write(lookup->done.get(), 1);
  };
  if (lookup->done && Lookup::running.fetch_add(1) < kMostLookups) {
    try {
      std::thread(work).detach();
      return true;
    } catch (const std::system_error&) {  // the system has no thread left
    }
  }
  if (lookup->done) Lookup::running.fetch_sub(1);
  return false;
}

}  // namespace

std::string in_units(int ms) { return ms % 1000 == 0 ? std::to_string(ms / 1000) + " s" : std::to_string(ms) + " ms"; }

std::string failure_text(const Failure& failure, const std::string& where, int connect_ms, int timeout_ms) {
  switch (failure.kind) {
    case Failure::Kind::connect_timeout: return "cannot connect to " + where + " within " + in_units(connect_ms) + ": " + failure.message;
    case Failure::Kind::timeout: return "no answer from " + where + " within " + in_units(timeout_ms);
    case Failure::Kind::closed: return where + " closed the connection: " + failure.message;
    case Failure::Kind::malformed: return where + " does not speak HTTP: " + failure.message;
    case Failure::Kind::too_large: return where + " sent too much: " + failure.message;
    default: return "cannot connect to " + where + ": " + failure.message;
  }
}

bool wait_for(int fd, bool to_write, Instant deadline, int cancel) {
  // poll() ignores negative descriptors.
  pollfd entries[] = {{fd, static_cast<short>(to_write ? POLLOUT : POLLIN), 0}, {cancel, POLLIN, 0}};
  while (true) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    const int ready = ::poll(entries, 2, left <= 0 ? 0 : static_cast<int>(std::min<long long>(left, 60'000'000)));
    if (ready > 0) return entries[1].revents == 0;
    if (ready == 0 && left <= 60'000'000) return false;
    if (ready < 0 && errno != EINTR) return false;
  }
}

Outcome<std::vector<SocketAddress>> resolve(const Address& address, Instant deadline, int cancel) {
  if (address.scheme == Scheme::local) return Addresses{local(address.socket_path)};
  int error = 0;
  const auto numeric = [&](const std::string& host) { return look_up(host, address.port, AI_NUMERICHOST | AI_NUMERICSERV, error); };
  if (address.host == "localhost") {
    Addresses both = numeric("127.0.0.1");
    std::ranges::copy(numeric("::1"), std::back_inserter(both));
    return both;
  }
  if (Addresses found = numeric(address.host_with_zone()); !found.empty()) return found;
  if (!address.zone.empty()) return failure(Failure::Kind::cannot_connect, "there is no network interface '" + address.zone + "'");
  // The thread may outlive a missed deadline, so it shares the look-up.
  auto lookup = std::make_shared<Lookup>();
  if (!begin_lookup(lookup, address)) return failure(Failure::Kind::cannot_connect, "too many name lookups are already in progress");
  if (!wait_for(lookup->done.get(), false, deadline, cancel))
    return failure(Failure::Kind::connect_timeout, "the lookup of '" + address.host + "' took too long");
  const std::lock_guard lock(lookup->mutex);
  if (lookup->error != 0)
    return failure(Failure::Kind::cannot_connect,
                   "the name '" + address.host + "' cannot be resolved (" + gai_strerror(lookup->error) + ")");
  return std::move(lookup->found);
}

Outcome<Connection> Connection::open(const Address& address, const TlsFiles& files, Instant deadline) {
  const Instant begun = std::chrono::steady_clock::now();
  const auto addresses = resolve(address, deadline);
  if (!addresses) return tl::unexpected(addresses.error());
  const Instant looked_up = std::chrono::steady_clock::now();
  auto opened = open_at(address, *addresses, address.scheme == Scheme::tls ? make_tls_client(files) : nullptr, deadline);
  if (opened) {
    opened->moments_.begun = begun;
    opened->moments_.looked_up = looked_up;
  }
  return opened;
}

Outcome<Connection> Connection::open_at(const Address& address, const std::vector<SocketAddress>& addresses,
                                        const std::shared_ptr<TlsClient>& client, Instant deadline, int cancel) {
  auto fd = connect_any(addresses, deadline, cancel);
  if (!fd) return tl::unexpected(fd.error());
  Connection connection(std::move(*fd), cancel);
  connection.moments_.connected = std::chrono::steady_clock::now();
  if (address.scheme == Scheme::tls)
    if (auto secured = connection.secure(address, client, deadline); !secured) return tl::unexpected(std::move(secured.error()));
  return connection;
}

Outcome<void> Connection::secure(const Address& address, const std::shared_ptr<TlsClient>& client, Instant deadline) {
  auto session = client->begin(fd_.get(), address.host, address.port);
  if (!session) return tl::unexpected(session.error());
  TlsSession& tls = *(tls_ = std::move(*session));
  const auto step = complete(fd_.get(), deadline, cancel_, [&] { return tls.handshake(); });
  if (!step) return failure(Failure::Kind::connect_timeout, "the TLS handshake took too long");
  if (*step != TlsSession::Step::done) return refused_tls(tls);
  moments_.secured = std::chrono::steady_clock::now();
  return {};
}

bool Connection::stale() const {
  // Over TLS a byte that arrives unasked may belong to a session ticket.
  if (tls_) return tls_->peek() != TlsSession::Step::want_read;
  char byte = 0;
  const ssize_t got = ::recv(fd_.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
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
    const ssize_t sent = ::sendmsg(fd_.get(), &message, MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno == EINTR) continue;
      if (errno != EAGAIN) return failure(Failure::Kind::closed, reason_text(errno));
      if (!wait_for(fd_.get(), true, deadline, cancel_)) return failure(Failure::Kind::timeout, "the request could not be sent in time");
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
    const auto step = complete(fd_.get(), deadline, cancel_, [&] { return tls_->write(data, put); });
    if (!step) return failure(Failure::Kind::timeout, "the request could not be sent in time");
    if (*step != TlsSession::Step::done) return failure(Failure::Kind::closed, tls_->why());
    data.remove_prefix(put);
  }
  return {};
}

Outcome<std::size_t> Connection::read(char* to, std::size_t size, Instant deadline) {
  auto got = read_some(to, size, deadline);
  if (got && moments_.first_byte == Instant{}) moments_.first_byte = std::chrono::steady_clock::now();
  return got;
}

Outcome<std::size_t> Connection::read_some(char* to, std::size_t size, Instant deadline) {
  const auto late = [] { return failure(Failure::Kind::timeout, "no answer in time"); };
  if (tls_) {
    std::size_t got = 0;
    acknowledge_at_once(fd_.get());
    const auto step = complete(fd_.get(), deadline, cancel_, [&] { return tls_->read(to, size, got); });
    if (!step) return late();
    if (*step == TlsSession::Step::failed && tls_->refused()) return refused_tls(*tls_);  // TLS 1.3 tells it after the handshake
    if (*step == TlsSession::Step::failed) return failure(Failure::Kind::closed, tls_->why());
    return *step == TlsSession::Step::done ? got : 0;
  }
  while (true) {
    const ssize_t got = ::recv(fd_.get(), to, size, 0);
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return failure(Failure::Kind::closed, reason_text(errno));
    acknowledge_at_once(fd_.get());
    if (!wait_for(fd_.get(), false, deadline, cancel_)) return late();
  }
}

}  // namespace facio::http
