// A connection to an agent: TCP, TLS or a unix socket behind the same calls, each with a deadline. Not thread-safe.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <sys/socket.h>
#include <vector>

#include "cli/core/files.hpp"
#include "cli/http/address.hpp"

namespace facio::http {

using Instant = std::chrono::steady_clock::time_point;

/// Why there is no answer, in the detail that retrying needs.
struct Failure {
  enum class Kind : std::uint8_t {
    cannot_connect,   ///< nothing was sent, and an immediate retry is pointless
    no_tls,           ///< the same, because the peer is not trusted or TLS is not available
    connect_timeout,  ///< nothing was sent
    timeout,          ///< something may have been sent
    closed,           ///< the peer went away
    malformed,        ///< the answer is not HTTP
    too_large,        ///< the answer is over the limit
  };
  Kind kind = Kind::cannot_connect;
  std::string message;      ///< "connection refused"
  bool answered = false;    ///< at least one byte of the answer had arrived
  std::string remedy = {};  ///< what to do about it; empty when nothing special
};

/// The failure for people: "no answer from HOST within 5 s". `where` is the peer; the limits are those that were in force.
std::string failure_text(const Failure& failure, const std::string& where, int connect_ms, int timeout_ms);
/// "5 s", "1500 ms".
std::string in_units(int ms);

template <class T>
using Outcome = tl::expected<T, Failure>;

inline tl::unexpected<Failure> failure(Failure::Kind kind, std::string message) {
  return tl::unexpected<Failure>({.kind = kind, .message = std::move(message)});
}

/// When things happened; zero for what did not.
struct Moments {
  Instant begun{}, looked_up{}, connected{}, secured{};  ///< of the connection
  Instant first_byte{};                                  ///< of the answer to what was written last
};

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

/// All addresses of a target, in the order to try. Numeric addresses and "localhost" need no look-up; other names are looked up in a
/// thread, since the system's look-up has no deadline. When the descriptor `cancel` becomes readable, that counts as a timeout.
Outcome<std::vector<SocketAddress>> resolve(const Address& address, Instant deadline, int cancel = -1);

/// PEM files for TLS; empty: none.
struct TlsFiles {
  std::string ca = {};    ///< the certificates to trust; without it the system's
  std::string cert = {};  ///< what this end shows of itself, with the certificates above it
  std::string key = {};   ///< of `cert`
};

class TlsSession;
class TlsClient;

/// What the connections of one client have in common: whom it trusts, and the sessions that they resume instead of a whole handshake. Safe
/// from any thread. OpenSSL is not touched before the first connection.
std::shared_ptr<TlsClient> make_tls_client(TlsFiles files);

class Connection {
 public:
  /// Connects, including the TLS handshake.
  static Outcome<Connection> open(const Address& address, const TlsFiles& files, Instant deadline);
  /// The same with addresses that the caller has resolved and checked; `tls` may be null for one without TLS. The descriptor `cancel`
  /// (-1: none), once readable, ends this and every later wait of the connection as a timeout.
  static Outcome<Connection> open_at(const Address& address, const std::vector<SocketAddress>& addresses,
                                     const std::shared_ptr<TlsClient>& tls, Instant deadline, int cancel = -1);

  /// Begins TLS on a plain connection, as behind a proxy, with the host of `address` as the peer.
  Outcome<void> secure(const Address& address, const std::shared_ptr<TlsClient>& tls, Instant deadline);

  [[nodiscard]] const Moments& moments() const { return moments_; }
  /// Whether an idle connection is no longer usable: the peer closed it, or sent something unasked.
  [[nodiscard]] bool stale() const;
  /// When the peer's certificate expires, in epoch milliseconds; nothing without TLS.
  [[nodiscard]] std::optional<std::int64_t> certificate_end() const;
  /// From now on `cancel` ends the waits, as in open_at().
  void cancel_by(int cancel) { cancel_ = cancel; }
  /// Sends both pieces.
  Outcome<void> write(std::string_view head, std::string_view body, Instant deadline);
  /// Reads at least one byte, or 0 at the end of the stream.
  Outcome<std::size_t> read(char* to, std::size_t size, Instant deadline);

 private:
  Connection(Descriptor fd, int cancel) : fd_(std::move(fd)), cancel_(cancel) {}
  Outcome<std::size_t> read_some(char* to, std::size_t size, Instant deadline);
  Outcome<void> write_tls(std::string_view data, Instant deadline);

  Descriptor fd_;
  int cancel_;
  Moments moments_;
  std::shared_ptr<TlsSession> tls_;  // not shared, but its type is incomplete here; destroyed before the socket is closed
};

/// Waits until the descriptor can be read (or written); false at the deadline, or when `cancel` can be read.
bool wait_for(int fd, bool to_write, Instant deadline, int cancel = -1);

}  // namespace facio::http
