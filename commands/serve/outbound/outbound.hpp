// Requests of the server to other hosts: agents, providers, authorization servers. Every call blocks: on threads of the WorkPool only.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core/result.hpp"
#include "cli/core/secret.hpp"
#include "cli/http/connection.hpp"
#include "cli/http/exchange.hpp"
#include "cli/http/request.hpp"
#include "commands/serve/cancel.hpp"
#include "commands/serve/outbound/guard.hpp"
#include "commands/serve/outbound/idle_connections.hpp"

namespace facio::serve {

struct OutboundUrl;

struct OutboundRequest {
  std::string method = "GET";
  std::string url;
  std::string body = {};          ///< sent when `content_type` is not empty
  std::string content_type = {};  ///< as "application/json"
  std::string accept = "application/json";
  Secret bearer = {};                                        ///< Authorization; empty: none is sent
  int timeout_ms = 10'000;                                   ///< for everything: look-up, connection, handshake, exchange
  int connect_ms = 0;                                        ///< for what comes before the exchange, if that is to be shorter
  std::size_t most_bytes = std::size_t{1024} * 1024;         ///< of the answer's body
  std::vector<std::pair<std::string, Secret>> headers = {};  ///< further ones; never Host, lengths or Connection
  int cancel = -1;                                           ///< a descriptor that ends the call when it is readable: Cancel::fd()
  /// The peer may see the request twice: when the connection that an earlier request has left turns out to be closed, it is sent again.
  /// What reads (GET, HEAD) is always so.
  bool repeatable = false;
  bool* sent = nullptr;  ///< set to true as soon as the peer may have received something of the request
};

/// Names and values as received.
using OutboundHeaders = http::Headers;

struct OutboundReply {
  unsigned status = 0;
  std::string body;
  std::string content_type;
  OutboundHeaders headers;
};

/// A request that was sent; its answer is still to be read.
struct OutboundCall {
  std::string origin;
  AnyOf cancel;
  http::Connection connection;
  http::Instant deadline;
  bool reused = false;              ///< the connection had carried another request before
  IdleConnections* idle = nullptr;  ///< where the connection waits for its next request; null: it is gone

  /// The error for people; Code::unavailable if the call was cancelled.
  [[nodiscard]] Error explained(const http::Failure& failure, int timeout_ms) const;
};

/// An answer whose body is read as it comes. For one thread. Destroyed at its end, it leaves its connection for the next request; before
/// that it closes it, which tells the peer that nobody listens any more.
class OutboundStream {
 public:
  OutboundStream(OutboundCall call, http::AnswerBody body) : call_(std::move(call)), body_(std::move(body)) {}
  OutboundStream(OutboundStream&& other) noexcept;
  OutboundStream& operator=(OutboundStream&&) = delete;
  ~OutboundStream();

  [[nodiscard]] unsigned status() const { return body_.head().response.status; }
  [[nodiscard]] const std::string& content_type() const { return body_.head().response.content_type; }
  [[nodiscard]] const OutboundHeaders& headers() const { return body_.head().headers; }
  /// The next piece of the body, waiting at most `timeout_ms` for it; empty at the end. Code::upstream_failed, Code::upstream_timeout,
  /// Code::unavailable (cancelled, or the server stops).
  Result<std::string> read(int timeout_ms);
  /// The rest of the body, at most `most_bytes`.
  Result<std::string> read_all(int timeout_ms, std::size_t most_bytes = std::size_t{1024} * 1024);
  /// The answer has been read as far as it matters, and its end may still be under way: the connection may carry another request. Nothing
  /// can be read afterwards.
  void finish() &&;

 private:
  Result<std::string> read_until(http::Instant deadline, int timeout_ms);

  OutboundCall call_;
  http::AnswerBody body_;
};

/// A body of an HTML form: names and values, percent-encoded.
std::string form_body(const std::vector<std::pair<std::string_view, std::string_view>>& fields);

/// Safe from any thread.
class Outbound {
 public:
  /// Host names to socket addresses; for tests.
  using Resolve = std::function<http::Outcome<std::vector<http::SocketAddress>>(const http::Address&, http::Instant, int cancel)>;

  explicit Outbound(AllowedHosts allowed = {}, Resolve resolve = &http::resolve);

  /// Looks the host up once, checks every address found (guard.hpp) unless the host is allowed by name, connects to one of exactly these,
  /// and returns the answer whatever its status. Redirects are not followed; https is verified by the system's certificates. Connections
  /// are kept for the next request, and sessions of TLS resumed.
  /// Code::upstream_failed or Code::upstream_timeout says what went wrong; Code::unavailable: the server stops.
  Result<OutboundReply> send(const OutboundRequest& request) const;
  /// As send(), but returns once the answer's head has arrived; timeout_ms is for that, and most_bytes does not apply.
  Result<OutboundStream> open(const OutboundRequest& request) const;
  /// Whether the guard allows a host that needs no look-up: a numeric address, or localhost. Code::rejected: not a valid address;
  /// Code::upstream_failed: not allowed.
  [[nodiscard]] Status check(const std::string& url) const;
  /// Waits; false if the server stops before the time is over, or `cancel` becomes readable.
  [[nodiscard]] bool pause(int milliseconds, int cancel = -1) const;
  /// Ends every send() and pause() immediately, now and later.
  void stop();

 private:
  Status vet(const http::Address& address, const std::vector<http::SocketAddress>& found) const;
  /// `fresh`: on a new connection. A request that cannot be repeated takes a kept one only while it is young.
  Result<OutboundCall> begin(const OutboundRequest& request, bool fresh) const;
  Result<http::Connection> connect(const OutboundRequest& request, const OutboundUrl& url, http::Instant deadline,
                                   const AnyOf& cancel) const;

  AllowedHosts allowed_;
  Resolve resolve_;
  const std::shared_ptr<http::TlsClient> tls_ = http::make_tls_client({});
  mutable IdleConnections idle_;
  Descriptor stop_;  ///< readable once stopped
};

}  // namespace facio::serve
