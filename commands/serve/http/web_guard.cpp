#include "commands/serve/http/web_guard.hpp"

#include <algorithm>
#include <arpa/inet.h>

#include "cli/core/text.hpp"

namespace facio::serve {
namespace {

struct Authority {
  std::string host;  ///< in lower case, without brackets and without the dot that ends a full name
  std::string port;  ///< may be empty
};

std::optional<Authority> parse_authority(std::string_view text) {
  Authority parts;
  std::string_view rest;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    parts.host = lower(text.substr(1, std::min(end, text.find('%')) - 1));  // a zone is the sender's affair
    rest = text.substr(end + 1);
  } else {
    const auto colon = std::min(text.find(':'), text.size());
    parts.host = lower(text.substr(0, colon));
    if (parts.host.ends_with('.')) parts.host.pop_back();
    rest = text.substr(colon);
  }
  if (parts.host.empty()) return std::nullopt;
  if (rest.empty()) return parts;
  if (rest.front() != ':' || rest.size() > 6 || !std::ranges::all_of(rest.substr(1), [](char c) { return is_digit(c); }))
    return std::nullopt;
  parts.port = rest.substr(1);
  return parts;
}

/// "http://host:80" as scheme and authority; other texts have neither.
struct Origin {
  std::string scheme;
  std::optional<Authority> authority;
};
Origin parse_origin(std::string_view text) {
  for (const std::string_view scheme : {"http", "https"})
    if (starts_with_ignoring_case(text, std::string(scheme) + "://"))
      return {std::string(scheme), parse_authority(text.substr(scheme.size() + 3))};
  return {};
}

/// The origin of a URL: up to its path.
std::string_view origin_part(std::string_view url) {
  const auto host = url.find("://");
  return host == std::string_view::npos ? std::string_view{} : url.substr(0, url.find_first_of("/?#", host + 3));
}

/// Whether an origin is that of a URL with the same scheme and this authority.
bool is_origin_of(const Origin& origin, const std::optional<Authority>& other) {
  if (!origin.authority || !other || origin.authority->host != other->host) return false;
  const std::string_view usual = origin.scheme == "https" ? "443" : "80";
  const auto port = [&](const Authority& one) { return one.port.empty() ? usual : std::string_view(one.port); };
  return port(*origin.authority) == port(*other);
}

constexpr std::array<unsigned char, 12> kV4InV6 = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

}  // namespace

WebGuard::WebGuard(const Names& names, const Origins& origins) : origins_(origins), public_origin_(lower(origin_part(names.public_url))) {
  if (const auto bound = parse_origin(origin_part(names.listens_on)).authority) listens_on_ = ip_of(bound->host);
  on_all_addresses_ = listens_on_ && (*listens_on_ == ip_of("0.0.0.0") || *listens_on_ == ip_of("::"));
  for (const std::string& host : names.more_hosts) hosts_.push_back(lower(host));
  if (const auto known = parse_origin(public_origin_).authority) hosts_.push_back(known->host);
}

std::optional<WebGuard::Ip> WebGuard::ip_of(const std::string& host) {
  Ip ip{};
  if (::inet_pton(AF_INET6, host.c_str(), ip.data()) == 1) return ip;
  std::ranges::copy(kV4InV6, ip.begin());
  if (::inet_pton(AF_INET, host.c_str(), ip.data() + kV4InV6.size()) == 1) return ip;
  return std::nullopt;
}

bool WebGuard::answers_for(std::string_view authority) const {
  const auto asked = parse_authority(authority);
  if (!asked) return false;
  // Names below localhost are always of this machine, and nobody can register one.
  if (asked->host == "localhost" || asked->host.ends_with(".localhost")) return true;
  if (std::ranges::find(hosts_, asked->host) != hosts_.end()) return true;
  const auto ip = ip_of(asked->host);
  if (!ip) return false;
  // No name leads to a page that is asked for by a number, so a server on all addresses need not know its own.
  if (on_all_addresses_ || ip == listens_on_) return true;
  return *ip == Ip{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1} ||
         (std::equal(kV4InV6.begin(), kV4InV6.end(), ip->begin()) && (*ip)[kV4InV6.size()] == 127);
}

bool WebGuard::is_own_origin(std::string_view text, std::string_view host) const {
  const Origin origin = parse_origin(text), known = parse_origin(public_origin_);
  return is_origin_of(origin, parse_authority(host)) || (origin.scheme == known.scheme && is_origin_of(origin, known.authority));
}

bool WebGuard::admits_page(const RequestHead& head) const {
  if (origins_.allows(head.origin)) return true;
  if (!head.origin.empty() && !is_own_origin(head.origin, head.host)) return false;
  return head.fetch_site.empty() || head.fetch_site == "same-origin" || head.fetch_site == "none";
}

bool is_json_type(std::string_view content_type, std::string_view also) {
  const std::string_view type = trimmed(content_type.substr(0, content_type.find(';')));
  return equals_ignoring_case(type, "application/json") || (!also.empty() && equals_ignoring_case(type, also));
}

}  // namespace facio::serve
