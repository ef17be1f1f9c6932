// One connection to an agent: TCP, TLS or unix socket behind the same two calls, each with a deadline. The socket never
// blocks; one thread waits for it.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "cli/http/address.hpp"

namespace facio::http {

using Instant = std::chrono::steady_clock::time_point;

/// Why there is no answer, as far as retrying has to know.
struct Trouble {
  enum class Kind : std::uint8_t {
    cannot_connect,   ///< nothing was sent, and trying again at once is of no use
    no_tls,           ///< as before: no trust in the peer, or no TLS to be had
    connect_timeout,  ///< nothing was sent
    timeout,          ///< something may have been sent
    closed,           ///< the peer went away
    malformed,        ///< what came is no HTTP
    too_large,        ///< the answer is over the limit
  };
  Kind kind = Kind::cannot_connect;
  std::string words;      ///< "connection refused"
  bool answered = false;  ///< at least one byte of an answer had come
};

/// The trouble with a peer, for people: "no answer from HOST within 5 s". The limits are those that were kept.
std::string told(const Trouble& trouble, const std::string& where, int connect_ms, int timeout_ms);
/// "5 s", "1500 ms".
std::string in_units(int ms);

template <class T>
using Outcome = tl::expected<T, Trouble>;

inline tl::unexpected<Trouble> trouble(Trouble::Kind kind, std::string words) {
  return tl::unexpected<Trouble>({kind, std::move(words), false});
}

/// When something was done; what did not happen has no time.
struct Moments {
  Instant begun{}, looked_up{}, connected{}, secured{};  ///< of the connection
  Instant first_byte{};                                  ///< of the answer to what was written last
};

class TlsSession;
struct SocketAddress;

class Connection {
 public:
  /// Connects, for https with the handshake, until `deadline`. `ca_file` empty: the system's certificates.
  static Outcome<Connection> open(const Address& address, const std::string& ca_file, Instant deadline);
  /// The same with addresses that the caller has looked up and judged: nothing is looked up again. A readable `cancel` (a descriptor, -1
  /// for none) ends this and every later wait of the connection as a time-out.
  static Outcome<Connection> open_at(const Address& address, const std::vector<SocketAddress>& addresses, const std::string& ca_file,
                                     Instant deadline, int cancel = -1);
  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;
  ~Connection();

  [[nodiscard]] const Moments& moments() const { return moments_; }
  /// Whether an idle connection is of no use any more: closed by the peer, or speaking out of turn.
  [[nodiscard]] bool stale() const;
  /// When the certificate of the peer ends, in epoch milliseconds; nothing without TLS.
  [[nodiscard]] std::optional<std::int64_t> certificate_end() const;
  /// Sends both pieces.
  Outcome<void> write(std::string_view head, std::string_view body, Instant deadline);
  /// At least one byte into `to`, or 0 at the end of the stream.
  Outcome<std::size_t> read(char* to, std::size_t size, Instant deadline);

 private:
  Connection(int fd, int cancel);
  Outcome<std::size_t> read_some(char* to, std::size_t size, Instant deadline);
  Outcome<void> write_tls(std::string_view data, Instant deadline);

  int fd_ = -1;
  int cancel_ = -1;
  Moments moments_;
  std::unique_ptr<TlsSession> tls_;
};

/// Waits until the descriptor can be read (or written), at most until `deadline`; false when the time ran out, or when `cancel` can be
/// read.
bool wait_for(int fd, bool to_write, Instant deadline, int cancel = -1);

}  // namespace facio::http
