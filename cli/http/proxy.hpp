// Proxies between this machine and an agent, as the environment names them.
#pragma once

#include <optional>
#include <string>

#include "cli/core/secret.hpp"
#include "cli/core/streams.hpp"
#include "cli/http/connection.hpp"

namespace facio::http {

struct Proxy {
  Address address;       ///< plain HTTP
  Secret authorization;  ///< value of Proxy-Authorization; empty: none is sent
  std::string variable;  ///< that names it
};

/// The proxy on the way to an address: none to this machine, nor where NO_PROXY says so. https_proxy and HTTPS_PROXY hold for https,
/// http_proxy and HTTP_PROXY for http; the small spelling is the stronger one. Code::usage, naming the variable, for what is no http://
/// URL.
Result<std::optional<Proxy>> proxy_for(const Address& target, const Environment& environment);

/// Whether a list as in NO_PROXY holds an address: names with those below them, numeric addresses, CIDR ranges, each also with a port; "*"
/// is every address.
bool is_exempt(const Address& target, std::string_view no_proxy);

/// Connects by a proxy: for https through a tunnel (CONNECT), for http to the proxy itself.
Outcome<Connection> open_through(const Proxy& proxy, const Address& target, const TlsFiles& files, Instant deadline);

}  // namespace facio::http
