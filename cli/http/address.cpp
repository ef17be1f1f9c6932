#include "cli/http/address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>

#include "cli/core/encoding.hpp"
#include "cli/core/text.hpp"

namespace facio::http {
namespace {

constexpr std::size_t kLongestSocketPath = 107;

tl::unexpected<Error> bad(std::string_view url, std::string_view what) {
  Error error(Code::usage, "url: '" + std::string(url) + "' " + std::string(what));
  return fail(std::move(error).with_field("url").with_hint("use http://HOST:PORT, https://HOST or unix:/PATH"));
}

/// Takes a scheme, in any case, off the front.
bool consume(std::string_view& text, std::string_view scheme) {
  if (!starts_with_ignoring_case(text, scheme)) return false;
  text.remove_prefix(scheme.size());
  return true;
}

bool is_visible(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) > 0x20 && c != 0x7f; });
}

bool is_port(std::string_view text) {
  unsigned value = 0;
  return read_number(text, value) && value >= 1 && value <= 65535;
}

Result<Address> parse_local(std::string_view url, std::string_view rest) {
  if (rest.starts_with("//")) rest.remove_prefix(2);
  if (rest.empty() || rest.front() != '/') return bad(url, "must give the absolute path of the socket");
  if (rest.size() > kLongestSocketPath) return bad(url, "has a path longer than the 107 bytes that a unix socket can have");
  Address address;
  address.scheme = Scheme::local;
  address.socket_path = rest;
  address.authority = "localhost";
  return address;
}

/// Takes "fe80::1%25eth0" apart (RFC 6874), and "fe80::1%eth0", as people write it.
Status take_zone(Address& address, std::string_view url, std::string_view inside) {
  const auto percent = inside.find('%');
  address.host = inside.substr(0, percent);
  if (percent == std::string_view::npos) return {};
  std::string_view zone = inside.substr(percent + 1);
  if (zone.starts_with("25")) zone.remove_prefix(2);
  const auto decoded = percent_decode(zone, false);
  unsigned char bytes[sizeof(in6_addr)];
  const bool good = decoded && !decoded->empty() && is_visible(*decoded) && decoded->find_first_of("/%[]") == std::string::npos;
  if (!good || ::inet_pton(AF_INET6, address.host.c_str(), bytes) != 1)
    return bad(url, "has an invalid zone (%25ETH), or a zone without an IPv6 address");
  address.zone = *decoded;
  return {};
}

}  // namespace

bool Address::is_loopback() const {
  if (scheme == Scheme::local || host == "localhost") return true;
  unsigned char bytes[sizeof(in6_addr)];
  if (::inet_pton(AF_INET, host.c_str(), bytes) == 1) return bytes[0] == 127;
  if (::inet_pton(AF_INET6, host.c_str(), bytes) != 1) return false;
  in6_addr address{};
  std::memcpy(&address, bytes, sizeof address);
  return IN6_IS_ADDR_LOOPBACK(&address) != 0 || (IN6_IS_ADDR_V4MAPPED(&address) != 0 && bytes[12] == 127);
}

std::string Address::shown() const { return scheme == Scheme::local ? "unix:" + socket_path : url_of({}); }

std::string Address::url_of(std::string_view target) const {
  std::string place = authority;
  // A header has no zone, which means something on this machine only; an address has it as RFC 6874 says.
  if (!zone.empty()) place.insert(place.find(']'), "%25" + percent_encode(zone));
  return (scheme == Scheme::tls ? "https://" : "http://") + place + prefix + std::string(target);
}

Result<Address> parse_address(std::string_view url) {
  std::string_view rest = url;
  if (!is_visible(url)) return bad(url, "contains blanks or control characters");
  if (consume(rest, "unix:")) return parse_local(url, rest);
  Address address;
  if (consume(rest, "https://")) address.scheme = Scheme::tls;
  else if (!consume(rest, "http://")) return bad(url, "has an unknown scheme");
  if (rest.find_first_of("?#") != std::string_view::npos) return bad(url, "must not have a query or fragment");

  std::string_view authority = rest.substr(0, rest.find('/'));
  std::string_view prefix = rest.substr(authority.size());
  while (prefix.ends_with('/')) prefix.remove_suffix(1);
  address.prefix = prefix;
  if (authority.find('@') != std::string_view::npos)
    return bad("…", "must not contain a user name or password; give a token in a file or the environment");

  std::string_view port;
  if (authority.starts_with('[')) {
    const auto close = authority.find(']');
    if (close == std::string_view::npos) return bad(url, "has an opening bracket without a closing one");
    if (auto zoned = take_zone(address, url, authority.substr(1, close - 1)); !zoned) return fail(std::move(zoned.error()));
    port = authority.substr(close + 1);
  } else {
    address.host = authority.substr(0, authority.find(':'));
    port = authority.substr(address.host.size());
  }
  if (address.host.empty()) return bad(url, "has no host");
  address.host = lower(address.host);
  if (!port.empty() && split_off(port, ':') != "") return bad(url, "has something other than a port after the closing bracket");
  if (!port.empty() && !is_port(port)) return bad(url, "has a port that is not a number from 1 to 65535");

  const std::string_view usual = address.scheme == Scheme::tls ? "443" : "80";
  address.port = port.empty() ? usual : port;
  address.authority = address.host.find(':') == std::string::npos ? address.host : "[" + address.host + "]";
  if (address.port != usual) address.authority += ":" + address.port;
  return address;
}

}  // namespace facio::http
