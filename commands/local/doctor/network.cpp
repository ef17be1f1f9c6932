// The way to an agent: name, connection, certificate.
#include <chrono>

#include "cli/core/time.hpp"
#include "cli/http/proxy.hpp"
#include "commands/local/doctor/report.hpp"

namespace facio::doctor {
namespace {

using http::Address;
using http::Instant;
using std::chrono::steady_clock;

constexpr auto kPatience = std::chrono::seconds(5);
constexpr std::int64_t kSoonDays = 21;

std::string spent_since(Instant begin) {
  const auto spent = std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - begin).count();
  return spent == 0 ? "less than 1ms" : format_duration(spent);
}

void look_at_expiry(const http::Connection& connection, Report& report) {
  const auto end = connection.certificate_end();
  if (!end) return report.add("tls.expiry", "info", "the certificate has no expiry date");
  const std::int64_t days = (*end - now_ms()) / kDayMs;
  const std::string when = "the certificate expires on " + format_date(*end) + ", in " + std::to_string(days) + " days";
  if (days < kSoonDays) return report.add("tls.expiry", "warning", when, "renew the agent's certificate");
  report.ok("tls.expiry", when);
}

/// The whole way through a proxy, which looks the name up by itself.
bool look_through(const http::Proxy& proxy, const Address& address, const http::TlsFiles& files, Report& report) {
  const Instant begin = steady_clock::now();
  const std::string way = address.shown() + " through the proxy " + proxy.address.shown() + " (" + proxy.variable + ")";
  const auto connected = http::open_through(proxy, address, files, begin + kPatience);
  if (!connected) {
    report.add("proxy", "error", "cannot connect to " + way + ": " + connected.error().message,
               connected.error().remedy.empty() ? "is the proxy correct? --no-proxy bypasses it" : connected.error().remedy);
    return false;
  }
  report.ok("proxy", "connected to " + way + " in " + spent_since(begin));
  if (address.scheme == http::Scheme::tls) look_at_expiry(*connected, report);
  return true;
}

}  // namespace

bool look_at_network(const Context& context, const Environment* proxies, Report& report) {
  const auto broken = [&](const char* id, const std::string& message, const std::string& fix) {
    report.add(id, "error", message, fix);
    return false;
  };
  const auto address = http::parse_address(context.url);
  if (!address) {
    report.add("dns", "error", address.error());
    return false;
  }
  const auto proxy = proxies == nullptr ? Result<std::optional<http::Proxy>>(std::nullopt) : http::proxy_for(*address, *proxies);
  if (!proxy) {
    report.add("proxy", "error", proxy.error());
    return false;
  }
  if (*proxy) return look_through(**proxy, *address, {context.ca, context.cert, context.key}, report);
  const Instant deadline = steady_clock::now() + kPatience;
  Instant begin = steady_clock::now();
  const bool by_name = address->scheme != http::Scheme::local;
  const auto found = http::resolve(*address, deadline);
  if (!found) return broken("dns", found.error().message, "is the address correct? facioctl context show " + context.name);
  if (by_name)
    report.ok("dns", address->host + " has " + std::to_string(found->size()) + (found->size() == 1 ? " address, " : " addresses, ") +
                         spent_since(begin));
  Address plain = *address;
  if (plain.scheme == http::Scheme::tls) plain.scheme = http::Scheme::plain;
  begin = steady_clock::now();
  const auto connected = http::Connection::open_at(plain, *found, nullptr, deadline);
  if (!connected)
    return broken("tcp", "cannot connect to " + address->shown() + ": " + connected.error().message,
                  "is the agent running there, and does a firewall block it?");
  report.ok("tcp", "connected to " + address->shown() + " in " + spent_since(begin));
  if (address->scheme != http::Scheme::tls) return true;
  begin = steady_clock::now();
  const auto secured = http::Connection::open_at(*address, *found, http::make_tls_client({context.ca, context.cert, context.key}),
                                                 steady_clock::now() + kPatience);
  if (!secured)
    return broken("tls.trust", secured.error().message,
                  !secured.error().remedy.empty()
                      ? secured.error().remedy
                      : "if it is your own certificate: facioctl context add " + context.name + " --url " + context.url + " --ca FILE");
  report.ok("tls.trust", "the certificate is that of " + address->host + ", " + spent_since(begin));
  look_at_expiry(*secured, report);
  return true;
}

}  // namespace facio::doctor
