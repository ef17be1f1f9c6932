// A target's URL, parsed.
#pragma once

#include "cli/core/result.hpp"

namespace facio::http {

enum class Scheme : std::uint8_t { plain, tls, local };

struct Address {
  Scheme scheme = Scheme::plain;
  std::string host;         ///< name (in lower case) or numeric address, without brackets; empty for a unix socket
  std::string zone;         ///< of a link-local address: the interface, as "eth0"; usually empty
  std::string port;         ///< decimal
  std::string socket_path;  ///< of a unix socket
  std::string prefix;       ///< path before every request's path, without a final slash; may be empty
  std::string authority;    ///< value of the Host header

  /// The host as it is looked up: "fe80::1%eth0".
  [[nodiscard]] std::string host_with_zone() const { return zone.empty() ? host : host + "%" + zone; }
  /// Whether it is certainly this machine: a unix socket, localhost, 127.0.0.0/8, ::1. Other spellings of those, such as 0177.0.0.1, are
  /// not: what reads them may differ.
  [[nodiscard]] bool is_loopback() const;
  /// Whether what is sent there can be read on the way: plain HTTP to another machine.
  [[nodiscard]] bool is_exposed() const { return scheme == Scheme::plain && !is_loopback(); }
  /// For messages: "http://127.0.0.1:8900" or "unix:/run/facio.sock".
  [[nodiscard]] std::string shown() const;
  /// The URL of a request; for a unix socket one below "http://localhost".
  [[nodiscard]] std::string url_of(std::string_view target) const;
};

/// Parses "http://host:port/prefix", "https://…" or "unix:/path". Code::usage says what is wrong.
Result<Address> parse_address(std::string_view url);

}  // namespace facio::http
