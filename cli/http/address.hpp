// A target's URL, taken apart.
#pragma once

#include <string>
#include <string_view>

#include "cli/core/result.hpp"

namespace facio::http {

enum class Scheme : std::uint8_t { plain, tls, local };

/// Where a connection goes and what its requests say about it.
struct Address {
  Scheme scheme = Scheme::plain;
  std::string host;         ///< name or numeric address, without brackets; empty for a unix socket
  std::string port;         ///< decimal
  std::string socket_path;  ///< of a unix socket
  std::string prefix;       ///< path before every request's path, without a final slash; may be empty
  std::string authority;    ///< value of the Host header

  /// "http://127.0.0.1:8900" or "unix:/run/facio.sock": for messages.
  [[nodiscard]] std::string shown() const;
  /// The address of one request as a person would type it; a unix socket gets "http://localhost".
  [[nodiscard]] std::string url_of(std::string_view target) const;
};

/// Takes "http://host:port/prefix", "https://…", "unix:/path" apart. Code::usage names what is wrong with it.
Result<Address> parse_address(std::string_view url);

}  // namespace facio::http
