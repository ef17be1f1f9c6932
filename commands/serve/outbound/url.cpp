#include "commands/serve/outbound/url.hpp"

#include <algorithm>

#include "cli/core/text.hpp"

namespace facio::serve {
namespace {

constexpr std::size_t kLongest = 2048;
constexpr std::size_t kLongestHost = 253;

tl::unexpected<Error> bad(std::string what) { return fail(Code::rejected, std::move(what)); }

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

/// Whether it is a host name or a numeric address.
bool is_host(std::string_view host) {
  if (host.empty() || host.size() > kLongestHost || host.front() == '.') return false;
  if (host.find(':') != std::string_view::npos) return std::ranges::all_of(host, [](char c) { return is_hex(c) || c == ':' || c == '.'; });
  return std::ranges::all_of(host,
                             [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_'; });
}

}  // namespace

std::string OutboundUrl::origin() const {
  return std::string(address.scheme == http::Scheme::tls ? "https://" : "http://") + address.authority;
}

Result<OutboundUrl> parse_outbound_url(std::string_view url) {
  if (url.size() > kLongest) return bad("must have at most " + std::to_string(kLongest) + " characters");
  if (!std::ranges::all_of(url, [](char c) { return c > 0x20 && c < 0x7f; }))
    return bad("must have its blanks, control characters and letters outside ASCII encoded");
  std::string scheme(url.substr(0, std::min(url.find("://"), url.size())));
  scheme = lower(scheme);
  if (scheme != "http" && scheme != "https") return bad("must be an http or https address such as https://host/path");
  if (url.find_first_of("#\\") != std::string_view::npos) return bad("must have neither a fragment (#) nor a backslash");
  const std::size_t start = scheme.size() + 3;
  const std::size_t end = std::min(url.find_first_of("/?", start), url.size());
  if (url.substr(start, end - start).find('@') != std::string_view::npos)
    return bad("must not contain a user name or password; give a token instead");

  auto address = http::parse_address(url.substr(0, end));
  if (!address) return bad("must contain a host, and optionally a port from 1 to 65535, such as https://host:8443/path");
  OutboundUrl parsed{.address = std::move(*address), .target = std::string(url.substr(end))};
  std::string& host = parsed.address.host;
  host = lower(host);
  if (host.ends_with('.')) host.pop_back();
  // A zone names an interface of this machine, which nobody outside has a say in.
  if (!is_host(host) || !parsed.address.zone.empty())
    return bad("must name its host in letters, digits, '-', '_' and '.', or as a numeric address");
  const bool usual = parsed.address.port == (parsed.address.scheme == http::Scheme::tls ? "443" : "80");
  parsed.address.authority = host.find(':') == std::string::npos ? host : "[" + host + "]";
  if (!usual) parsed.address.authority += ":" + parsed.address.port;
  if (!parsed.target.starts_with('/')) parsed.target.insert(0, "/");
  return parsed;
}

}  // namespace facio::serve
