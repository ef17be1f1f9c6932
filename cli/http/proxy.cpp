#include "cli/http/proxy.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "cli/core/encoding.hpp"
#include "cli/core/text.hpp"
#include "cli/core/utf8.hpp"
#include "cli/http/exchange.hpp"

namespace facio::http {
namespace {

struct Named {
  std::string variable;
  std::string_view value;
};

/// The first of these variables that is set.
Named first_of(const Environment& environment, std::initializer_list<Variable> variables) {
  for (const Variable variable : variables)
    if (const std::string_view value = environment.get(variable); !value.empty()) return {std::string(info(variable).name), value};
  return {};
}

Named variable_for(const Address& target, const Environment& environment) {
  if (target.scheme == Scheme::tls) return first_of(environment, {Variable::small_https_proxy, Variable::https_proxy});
  // Where a web server runs this, HTTP_PROXY is a header of whoever asks.
  if (!environment.get(Variable::request_method).empty()) return first_of(environment, {Variable::small_http_proxy});
  return first_of(environment, {Variable::small_http_proxy, Variable::http_proxy});
}

Result<Proxy> parse_proxy(const Named& named) {
  std::string_view text = trimmed(named.value);
  // The value is not repeated: it may hold a password.
  const auto bad = [&](const std::string& why) {
    return fail(Error(Code::usage, named.variable + ": " + why)
                    .with_field(named.variable)
                    .with_hint("http://HOST:PORT, http://USER:PASSWORD@HOST:PORT, or --no-proxy"));
  };
  if (const auto scheme = text.find("://"); scheme != std::string_view::npos) {
    if (!equals_ignoring_case(text.substr(0, scheme), "http")) return bad("only proxies that speak plain HTTP are supported");
    text.remove_prefix(scheme + 3);
  }
  Proxy proxy{.address = {}, .authorization = {}, .variable = named.variable};
  const std::string_view authority = text.substr(0, text.find('/'));
  std::string_view place = authority;
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
    const auto login = percent_decode(authority.substr(0, at), false);
    if (!login) return bad("has a user name or password with a bad %-escape");
    proxy.authorization = Secret("Basic " + base64_encode(login->find(':') == std::string::npos ? *login + ":" : *login));
    place.remove_prefix(at + 1);
  }
  auto address = parse_address("http://" + std::string(place));
  if (!address) return bad("is not a proxy address");
  proxy.address = std::move(*address);
  return proxy;
}

struct Numeric {
  std::array<unsigned char, 16> bytes{};
  int bits = 0;  ///< 32 or 128; 0: it is none
};

Numeric numeric(std::string_view text) {
  Numeric found;
  const std::string host(text);
  if (::inet_pton(AF_INET, host.c_str(), found.bytes.data()) == 1) found.bits = 32;
  else if (::inet_pton(AF_INET6, host.c_str(), found.bytes.data()) == 1) found.bits = 128;
  return found;
}

bool is_in_range(const Numeric& address, std::string_view range) {
  const Numeric base = numeric(split_off(range, '/'));
  int length = 0;
  if (address.bits == 0 || base.bits != address.bits || !read_number(range, length) || length < 0 || length > base.bits) return false;
  const auto whole = static_cast<std::size_t>(length / 8);
  if (std::memcmp(address.bytes.data(), base.bytes.data(), whole) != 0) return false;
  const auto mask = static_cast<unsigned char>(0xFF00 >> (length % 8));
  return length % 8 == 0 || (address.bytes[whole] & mask) == (base.bytes[whole] & mask);
}

bool matches(const Address& target, std::string_view entry) {
  if (entry == "*") return true;
  const Numeric address = numeric(target.host);
  if (entry.find('/') != std::string_view::npos) return is_in_range(address, entry);
  // A port behind a name or a bracket; the colons of a bare IPv6 address belong to it.
  const bool bracket = entry.starts_with('[');
  const auto colon = entry.rfind(':');
  const bool port = colon != std::string_view::npos && (bracket ? entry[colon - 1] == ']' : entry.find(':') == colon);
  if (port && entry.substr(colon + 1) != target.port) return false;
  std::string_view host = port ? entry.substr(0, colon) : entry;
  if (bracket && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (const Numeric other = numeric(host); other.bits != 0 || address.bits != 0)
    return other.bits == address.bits && other.bytes == address.bytes;
  if (host.starts_with("*.")) host.remove_prefix(1);
  if (host.starts_with('.')) host.remove_prefix(1);
  const std::string name = lower(host);
  return !name.empty() && (target.host == name || target.host.ends_with("." + name));
}

Failure refused(const Answer& answer) {
  const std::string status = std::to_string(answer.response.status) + (answer.reason.empty() ? "" : " (" + printable(answer.reason) + ")");
  return {.kind = Failure::Kind::cannot_connect, .message = "the proxy answered " + status};
}

}  // namespace

bool is_exempt(const Address& target, std::string_view no_proxy) {
  while (!no_proxy.empty())
    if (const std::string_view entry = trimmed(split_off(no_proxy, ',')); !entry.empty() && matches(target, entry)) return true;
  return false;
}

Result<std::optional<Proxy>> proxy_for(const Address& target, const Environment& environment) {
  if (target.is_loopback()) return std::nullopt;
  const Named named = variable_for(target, environment);
  if (named.value.empty() || is_exempt(target, first_of(environment, {Variable::small_no_proxy, Variable::no_proxy}).value))
    return std::nullopt;
  return parse_proxy(named).map([](Proxy&& proxy) { return std::optional(std::move(proxy)); });
}

Outcome<Connection> open_through(const Proxy& proxy, const Address& target, const TlsFiles& files, Instant deadline) {
  auto connection = Connection::open(proxy.address, {}, deadline);
  if (!connection || target.scheme != Scheme::tls) return connection;
  const std::string bracketed = target.host.find(':') == std::string::npos ? target.host : "[" + target.host + "]";
  const std::string place = bracketed + ":" + target.port;
  std::string head = "CONNECT " + place + " HTTP/1.1\r\nHost: " + place + "\r\nUser-Agent: facioctl/" FACIOCTL_VERSION "\r\n";
  if (!proxy.authorization.empty()) append_secret_line(head, "Proxy-Authorization: ", proxy.authorization.reveal());
  auto written = connection->write(head + "\r\n", {}, deadline);
  explicit_bzero(head.data(), head.size());
  if (!written) return tl::unexpected(std::move(written.error()));
  auto tunnel = read_head(*connection, true, deadline);
  if (!tunnel) {
    Failure why = std::move(tunnel.error());
    if (why.kind == Failure::Kind::timeout) why.kind = Failure::Kind::connect_timeout;
    else why = {.kind = Failure::Kind::cannot_connect, .message = "the proxy: " + why.message};
    return tl::unexpected(std::move(why));
  }
  if (const unsigned status = tunnel->head().response.status; status < 200 || status >= 300) return tl::unexpected(refused(tunnel->head()));
  if (auto secured = connection->secure(target, make_tls_client(files), deadline); !secured)
    return tl::unexpected(std::move(secured.error()));
  return connection;
}

}  // namespace facio::http
