// URLs of outbound requests.
#pragma once

#include <string>
#include <string_view>

#include "cli/http/address.hpp"

namespace facio::serve {

/// An http or https URL, taken apart.
struct OutboundUrl {
  http::Address address;  ///< its prefix is empty; the host is in lower case, without a final dot
  std::string target;     ///< path and query as in the request line: at least "/"

  /// "https://host:8443": scheme, host and port, the port only where it is not the usual one.
  [[nodiscard]] std::string origin() const;
};

/// Takes "http://host:port/path?query" apart. Code::rejected says what is wrong with it: another scheme, a user name, a fragment, a host
/// that no name look-up should see, bytes outside ASCII. The message does not repeat the address, which may hold a secret.
Result<OutboundUrl> parse_outbound_url(std::string_view url);

}  // namespace facio::serve
