// What the server asks of other hosts: other agents, providers, authorization servers. Every call blocks: on threads of the WorkPool only.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "cli/core/result.hpp"
#include "cli/core/secret.hpp"
#include "cli/http/resolve.hpp"
#include "commands/serve/outbound/guard.hpp"

namespace facio::serve {

struct OutboundRequest {
  std::string method = "GET";
  std::string url;
  std::string body = {};          ///< sent when `content_type` is not empty
  std::string content_type = {};  ///< as "application/json"
  std::string accept = "application/json";
  Secret bearer = {};                                 ///< Authorization; empty: none is sent
  int timeout_ms = 10'000;                            ///< for everything: look-up, connection, handshake, exchange
  std::size_t most_bytes = std::size_t{1024} * 1024;  ///< of the answer's body
};

struct OutboundReply {
  unsigned status = 0;
  std::string body;
  std::string content_type;
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
  /// Waits; false when the server stops before the time is over.
  [[nodiscard]] bool pause(int milliseconds) const;
  /// Ends every send() and pause(), now and later, at once.
  void stop();

 private:
  [[nodiscard]] bool stopped() const;
  Status vet(const http::Address& address, const std::vector<http::SocketAddress>& found) const;
  [[nodiscard]] Error explained(const std::string& where, const http::Trouble& trouble, int timeout_ms) const;

  AllowedHosts allowed_;
  Resolve resolve_;
  int stop_;  ///< readable once stopped
};

}  // namespace facio::serve
