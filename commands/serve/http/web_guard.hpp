// Keeps web pages out: a browser sends what a page wants to any address that it can reach, with the rights of whoever looks at the page.
// So no request is answered that is meant for another host (a name that somebody pointed at this machine), that a page of a foreign
// origin makes, or whose body is something that pages may send without asking.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core/result.hpp"
#include "commands/serve/http/exchange.hpp"
#include "commands/serve/http/origins.hpp"

namespace facio::serve {

/// Safe from any thread.
class WebGuard {
 public:
  struct Names {
    std::string listens_on;               ///< URL of the listener
    std::string public_url;               ///< as reachable by others; may be empty
    std::vector<std::string> more_hosts;  ///< names without a port
  };
  WebGuard(const Names& names, const Origins& origins);

  /// Whether a request that names this host, as "host:port", is for this server: for a loopback name or address, the address that it
  /// listens on (any numeric one if it listens on all), or a configured name. The port does not matter: it may be forwarded.
  [[nodiscard]] bool answers_for(std::string_view authority) const;
  /// Whether the request comes from no web page, or from one of this server's own origin or an allowed one.
  [[nodiscard]] bool admits_page(const RequestHead& head) const;

 private:
  using Ip = std::array<unsigned char, 16>;  ///< IPv4 addresses as IPv6 ones
  static std::optional<Ip> ip_of(const std::string& host);
  [[nodiscard]] bool is_own_origin(std::string_view origin, std::string_view host) const;

  const Origins& origins_;
  std::optional<Ip> listens_on_;
  bool on_all_addresses_ = false;
  std::vector<std::string> hosts_;  ///< in lower case
  std::string public_origin_;       ///< "https://agent.example:443"; may be empty
};

/// Whether a body of this Content-Type is JSON: application/json with any parameters; `also`: a second type that is.
bool is_json_type(std::string_view content_type, std::string_view also = {});

}  // namespace facio::serve
