#include "commands/serve/outbound/outbound.hpp"

#include <cstring>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "cli/core/percent.hpp"
#include "cli/http/exchange.hpp"
#include "commands/serve/outbound/url.hpp"

namespace facio::serve {
namespace {

using http::Trouble;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// The head up to Authorization, which follows apart so that the token is in one buffer only.
std::string head_of(const OutboundRequest& request, const OutboundUrl& url) {
  std::string head = request.method + " " + url.target + " HTTP/1.1\r\nHost: " + url.address.authority +
                     "\r\nUser-Agent: facioctl/" FACIOCTL_VERSION "\r\nAccept: " + request.accept + "\r\nConnection: close\r\n";
  if (!request.content_type.empty())
    head += "Content-Type: " + request.content_type + "\r\nContent-Length: " + std::to_string(request.body.size()) + "\r\n";
  return head;
}

bool is_token(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

std::string in_units(int ms) { return ms % 1000 == 0 ? std::to_string(ms / 1000) + " s" : std::to_string(ms) + " ms"; }

}  // namespace

std::string form_body(const std::vector<std::pair<std::string_view, std::string_view>>& fields) {
  std::string body;
  for (const auto& [name, value] : fields) {
    if (!body.empty()) body += '&';
    body += percent_encode(name) + "=" + percent_encode(value);
  }
  return body;
}

Outbound::Outbound(AllowedHosts allowed, Resolve resolve)
    : allowed_(std::move(allowed)), resolve_(std::move(resolve)), stop_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
Outbound::~Outbound() { ::close(stop_); }

void Outbound::stop() { (void)::eventfd_write(stop_, 1); }
bool Outbound::stopped() const { return http::wait_for(stop_, false, {}); }
bool Outbound::pause(int ms) const { return !http::wait_for(stop_, false, steady_clock::now() + milliseconds(ms)); }

Status Outbound::vet(const http::Address& address, const std::vector<http::SocketAddress>& found) const {
  if (allowed_.holds(address.host, address.port)) return {};
  for (const http::SocketAddress& one : found) {
    const std::string_view why = refused_because(*one.get());
    if (why.empty()) continue;
    const std::string host = address.host.find(':') == std::string::npos ? address.host : "[" + address.host + "]";
    return fail(Code::upstream_failed, "the server does not connect to " + host + ", which is " + std::string(why) +
                                           "; whoever runs the server can allow it with serve --allow-host " + host + ":" + address.port);
  }
  return {};
}

Error Outbound::explained(const std::string& where, const Trouble& trouble, int timeout_ms) const {
  if (stopped()) return Error(Code::unavailable, "the server is stopping");
  switch (trouble.kind) {
    case Trouble::Kind::connect_timeout:
      return Error(Code::upstream_timeout, "cannot connect to " + where + " within " + in_units(timeout_ms) + ": " + trouble.words);
    case Trouble::Kind::timeout: return Error(Code::upstream_timeout, "no answer from " + where + " within " + in_units(timeout_ms));
    case Trouble::Kind::closed: return Error(Code::upstream_failed, where + " ended the exchange: " + trouble.words);
    case Trouble::Kind::malformed: return Error(Code::upstream_failed, where + " does not speak HTTP: " + trouble.words);
    case Trouble::Kind::too_large: return Error(Code::upstream_failed, where + " sent too much: " + trouble.words);
    default: return Error(Code::upstream_failed, "cannot connect to " + where + ": " + trouble.words);
  }
}

Result<OutboundReply> Outbound::send(const OutboundRequest& request) const {
  auto url = parse_outbound_url(request.url);
  if (!url) return fail(Code::upstream_failed, "the address to ask " + url.error().message());
  if (!is_token(request.bearer.reveal()))
    return fail(Code::upstream_failed, "the token for " + url->origin() + " holds blanks or control characters");
  if (stopped()) return fail(Code::unavailable, "the server is stopping");
  const http::Instant deadline = steady_clock::now() + milliseconds(request.timeout_ms);
  const auto failed = [&](const Trouble& trouble) { return fail(explained(url->origin(), trouble, request.timeout_ms)); };

  const auto found = resolve_(url->address, deadline, stop_);
  if (!found) return failed(found.error());
  if (auto status = vet(url->address, *found); !status) return fail(std::move(status.error()));
  // To what was judged, and to nothing else: a second look-up could give other addresses.
  auto connection = http::Connection::open_at(url->address, *found, {}, deadline, stop_);
  if (!connection) return failed(connection.error());

  std::string head = head_of(request, *url);
  if (!request.bearer.empty()) {
    head.reserve(head.size() + request.bearer.reveal().size() + 32);  // no copy is left behind in a smaller buffer
    head += "Authorization: Bearer ";
    head += request.bearer.reveal();
    head += "\r\n";
  }
  head += "\r\n";
  const auto written =
      connection->write(head, request.content_type.empty() ? std::string_view{} : std::string_view(request.body), deadline);
  explicit_bzero(head.data(), head.size());
  if (!written && written.error().kind != Trouble::Kind::closed) return failed(written.error());
  // A peer that refuses a body may answer and close before it has read everything: its answer counts.
  auto answer = http::read_answer(*connection, request.method == "HEAD", deadline, request.most_bytes);
  if (!answer) return failed(answer.error());
  return OutboundReply{answer->response.status, std::move(answer->response.body), std::move(answer->response.content_type)};
}

}  // namespace facio::serve
