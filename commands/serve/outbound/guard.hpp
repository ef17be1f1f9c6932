// The guard against requests to hosts of the own network (server-side request forgery).
#pragma once

#include <sys/socket.h>

#include <string>
#include <string_view>
#include <vector>

#include "cli/core/result.hpp"

namespace facio::serve {

/// Why the server does not connect to this address, e.g. "a loopback address"; empty for public addresses. IPv6 addresses that carry an
/// IPv4 address (mapped, compatible, SIIT, NAT64, 6to4, ISATAP) are judged by that one too.
std::string_view refused_because(const sockaddr& address);

/// Hosts that the guard allows whatever their addresses.
class AllowedHosts {
 public:
  /// "HOST" for every port, or "HOST:PORT"; a name, an IPv4 address, or an IPv6 address in brackets. Code::usage says what is wrong.
  Status add(std::string_view entry);
  /// Whether the host is listed. Names are compared as text, whatever they resolve to; numeric addresses as numbers.
  [[nodiscard]] bool holds(std::string_view host, std::string_view port) const;

 private:
  struct Entry {
    std::string host;
    std::string port;  ///< empty: every port
  };
  std::vector<Entry> entries_;
};

}  // namespace facio::serve
