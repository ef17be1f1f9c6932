// The guard against being talked into asking hosts of the own network (server-side request forgery).
#pragma once

#include <sys/socket.h>

#include <string>
#include <string_view>
#include <vector>

#include "cli/core/result.hpp"

namespace facio::serve {

/// Why the server does not connect to this address, as "a loopback address"; empty for one of the public internet. Addresses of IPv6 that
/// carry one of IPv4 (mapped, compatible, NAT64, 6to4, Teredo, ISATAP) are judged by that one too.
std::string_view refused_because(const sockaddr& address);

/// Hosts that the guard lets pass whatever their addresses are.
class AllowedHosts {
 public:
  /// "HOST" for every port, or "HOST:PORT"; a name, an IPv4 address, or an IPv6 address in brackets. Code::usage says what is wrong.
  Status add(std::string_view entry);
  /// Whether the host as an address names it is listed. Names by letters alone: what they resolve to does not matter. Numeric addresses
  /// compare as numbers.
  [[nodiscard]] bool holds(std::string_view host, std::string_view port) const;

 private:
  struct Entry {
    std::string host;
    std::string port;  ///< empty: every port
  };
  std::vector<Entry> entries_;
};

}  // namespace facio::serve
