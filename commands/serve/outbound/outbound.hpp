// What the server asks of other hosts: other agents, providers, authorization servers. Every call blocks: on threads of the WorkPool only.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core/result.hpp"
#include "cli/core/secret.hpp"
#include "cli/http/request.hpp"
#include "cli/http/connection.hpp"
#include "commands/serve/outbound/guard.hpp"

namespace facio::serve {

struct OutboundRequest {
  std::string method = "GET";
  std::string url;
  std::string body = {};          ///< sent when `content_type` is not empty
  std::string content_type = {};  ///< as "application/json"
  std::string accept = "application/json";
  Secret bearer = {};                                        ///< Authorization; empty: none is sent
  int timeout_ms = 10'000;                                   ///< for everything: look-up, connection, handshake, exchange
  std::size_t most_bytes = std::size_t{1024} * 1024;         ///< of the answer's body
  std::vector<std::pair<std::string, Secret>> headers = {};  ///< further ones; never Host, lengths or Connection
  int cancel = -1;                                           ///< a descriptor that ends the call when it can be read, as Cancel::fd()
};

/// Names and values as they came.
using OutboundHeaders = http::Headers;

struct OutboundReply {
  unsigned status = 0;
  std::string body;
  std::string content_type;
  OutboundHeaders headers;
};

/// An answer whose body is read as it comes. For one thread.
class OutboundStream {
 public:
  struct Impl;
  explicit OutboundStream(std::unique_ptr<Impl> impl);
  OutboundStream(OutboundStream&&) noexcept;
  ~OutboundStream();

  [[nodiscard]] unsigned status() const;
  [[nodiscard]] const std::string& content_type() const;
  [[nodiscard]] const OutboundHeaders& headers() const;
  /// The next piece of the body, waiting at most `timeout_ms` for it; empty at the end. Code::upstream_failed, Code::upstream_timeout,
  /// Code::unavailable (cancelled, or the server stops).
  Result<std::string> read(int timeout_ms);
  /// What is left of the body, at most `most_bytes`.
  Result<std::string> read_all(int timeout_ms, std::size_t most_bytes = std::size_t{1024} * 1024);

 private:
  std::unique_ptr<Impl> impl_;
};

/// A body of an HTML form: names and values, percent-encoded.
std::string form_body(const std::vector<std::pair<std::string_view, std::string_view>>& fields);

/// Safe from any thread.
class Outbound {
 public:
  /// Host names to socket addresses; for tests.
  using Resolve = std::function<http::Outcome<std::vector<http::SocketAddress>>(const http::Address&, http::Instant, int cancel)>;

  explicit Outbound(AllowedHosts allowed = {}, Resolve resolve = &http::resolve);
  ~Outbound();
  Outbound(const Outbound&) = delete;
  Outbound& operator=(const Outbound&) = delete;

  /// Looks the host up once, judges every address that came (guard.hpp) unless the host is allowed by name, connects to one of exactly
  /// these, and gives the answer whatever its status; redirects are not followed, https must prove itself by the system's certificates.
  /// Code::upstream_failed or Code::upstream_timeout says what went wrong, Code::unavailable that the server stops.
  Result<OutboundReply> send(const OutboundRequest& request) const;
  /// As send(), but gives the answer when its head has come; timeout_ms is for that, and most_bytes does not count.
  Result<OutboundStream> open(const OutboundRequest& request) const;
  /// Whether the guard lets a host pass that can be judged without a look-up: a numeric address, or localhost. Code::rejected for an
  /// address that is none, Code::upstream_failed says why not.
  [[nodiscard]] Status check(const std::string& url) const;
  /// Waits; false when the server stops before the time is over, or `cancel` can be read.
  [[nodiscard]] bool pause(int milliseconds, int cancel = -1) const;
  /// Ends every send() and pause(), now and later, at once.
  void stop();

 private:
  [[nodiscard]] bool stopped() const;
  Status vet(const http::Address& address, const std::vector<http::SocketAddress>& found) const;
  struct Begun;
  Result<Begun> begin(const OutboundRequest& request) const;
  friend struct OutboundStream::Impl;

  AllowedHosts allowed_;
  Resolve resolve_;
  int stop_;  ///< readable once stopped
};

}  // namespace facio::serve
