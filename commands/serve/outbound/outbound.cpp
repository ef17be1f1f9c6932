#include "commands/serve/outbound/outbound.hpp"

#include <cstring>
#include <sys/eventfd.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "cli/core/encoding.hpp"
#include "commands/serve/outbound/url.hpp"

namespace facio::serve {
namespace {

using http::Failure;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

// How long a kept connection is used for what must not be sent twice. Peers close those that are idle for longer (Node after 5 s), and a
// request that meets such an end would fail although nothing is wrong.
constexpr std::chrono::seconds kYoung{2};

/// The head up to Authorization, which follows apart so that the token is in one buffer only.
std::string head_of(const OutboundRequest& request, const OutboundUrl& url) {
  std::string head = request.method + " " + url.target + " HTTP/1.1\r\nHost: " + url.address.authority +
                     "\r\nUser-Agent: facioctl/" FACIOCTL_VERSION "\r\nAccept: " + request.accept + "\r\nAccept-Encoding: identity\r\n";
  if (!request.content_type.empty())
    head += "Content-Type: " + request.content_type + "\r\nContent-Length: " + std::to_string(request.body.size()) + "\r\n";
  return head;
}

bool may_repeat(const OutboundRequest& request) { return request.repeatable || request.method == "GET" || request.method == "HEAD"; }

bool is_readable(int fd) { return http::wait_for(fd, false, {}); }

/// The peer may have closed an idle connection while the request was under way.
bool sends_again(const OutboundRequest& request, const OutboundCall& call, const Failure& failure) {
  return call.reused && may_repeat(request) && failure.kind == Failure::Kind::closed && !failure.answered;
}

Error upstream_error(const std::string& where, const Failure& failure, int timeout_ms, const AnyOf& cancel) {
  if (is_readable(cancel.fd())) return Error(Code::unavailable, "the request to " + where + " was cancelled");
  const bool late = failure.kind == Failure::Kind::connect_timeout || failure.kind == Failure::Kind::timeout;
  return Error(late ? Code::upstream_timeout : Code::upstream_failed, failure_text(failure, where, timeout_ms, timeout_ms));
}

}  // namespace

std::string form_body(const std::vector<std::pair<std::string_view, std::string_view>>& fields) {
  std::string body;
  for (const auto& [name, value] : fields) {
    if (!body.empty()) body += '&';
    body += percent_encode(name) + "=" + percent_encode(value);
  }
  return body;
}

Error OutboundCall::explained(const Failure& failure, int timeout_ms) const { return upstream_error(origin, failure, timeout_ms, cancel); }

Outbound::Outbound(AllowedHosts allowed, Resolve resolve)
    : allowed_(std::move(allowed)), resolve_(std::move(resolve)), stop_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

void Outbound::stop() { (void)::eventfd_write(stop_.get(), 1); }
bool Outbound::pause(int ms, int cancel) const {
  const AnyOf either{stop_.get(), cancel};
  return !http::wait_for(either.fd(), false, steady_clock::now() + milliseconds(ms));
}

Status Outbound::vet(const http::Address& address, const std::vector<http::SocketAddress>& found) const {
  if (allowed_.holds(address.host, address.port)) return {};
  for (const http::SocketAddress& one : found) {
    const std::string_view why = refused_because(*one.get());
    if (why.empty()) continue;
    const std::string host = address.host.find(':') == std::string::npos ? address.host : "[" + address.host + "]";
    return fail(Code::upstream_failed, "the server does not connect to " + host + ", which is " + std::string(why) +
                                           "; the server's operator can allow it with serve --allow-host " + host + ":" + address.port);
  }
  return {};
}

Status Outbound::check(const std::string& url) const {
  const auto parsed = parse_outbound_url(url);
  if (!parsed) return fail(Code::rejected, parsed.error().message());
  const std::string& host = parsed->address.host;
  const bool known = host == "localhost" || host.ends_with(".localhost") || host.find(':') != std::string::npos ||
                     host.find_first_not_of("0123456789.") == std::string::npos;
  if (!known) return {};
  const auto found = resolve_(parsed->address, steady_clock::now() + milliseconds(100), stop_.get());
  return found ? vet(parsed->address, *found) : Status{};
}

Result<http::Connection> Outbound::connect(const OutboundRequest& request, const OutboundUrl& url, http::Instant deadline,
                                           const AnyOf& cancel) const {
  int limit = request.timeout_ms;
  if (request.connect_ms > 0 && request.connect_ms < limit) {
    limit = request.connect_ms;
    deadline = std::min(deadline, steady_clock::now() + milliseconds(limit));
  }
  const auto failed = [&](const Failure& failure) { return fail(upstream_error(url.origin(), failure, limit, cancel)); };
  const auto found = resolve_(url.address, deadline, cancel.fd());
  if (!found) return failed(found.error());
  if (auto status = vet(url.address, *found); !status) return fail(std::move(status.error()));
  // To the addresses that were checked and no others: a second look-up could return different ones.
  auto connection = http::Connection::open_at(url.address, *found, tls_, deadline, cancel.fd());
  if (!connection) return failed(connection.error());
  return std::move(*connection);
}

Result<OutboundCall> Outbound::begin(const OutboundRequest& request, bool fresh) const {
  auto url = parse_outbound_url(request.url);
  if (!url) return fail(Code::upstream_failed, "the address to ask " + url.error().message());
  if (!http::is_token(request.bearer.reveal()))
    return fail(Code::upstream_failed, "the token for " + url->origin() + " contains blanks or control characters");
  for (const auto& [name, value] : request.headers)
    if (!http::is_token(name) || !http::is_header_value(value.reveal()))
      return fail(Code::upstream_failed,
                  "the header " + name + " for " + url->origin() + " contains characters that are not allowed in headers");
  if (is_readable(stop_.get())) return fail(Code::unavailable, "the server is stopping");
  const http::Instant deadline = steady_clock::now() + milliseconds(request.timeout_ms);
  AnyOf cancel{stop_.get(), request.cancel};
  // An idle connection was checked when it was made, and whom the guard allows does not change.
  auto idle = fresh ? std::nullopt : idle_.take(url->origin(), may_repeat(request) ? IdleConnections::kLongest : kYoung);
  const bool reused = idle.has_value();
  auto connection = reused ? Result<http::Connection>(std::move(*idle)) : connect(request, *url, deadline, cancel);
  if (!connection) return fail(std::move(connection.error()));
  connection->cancel_by(cancel.fd());

  std::string head = head_of(request, *url);
  if (!request.bearer.empty()) http::append_secret_line(head, "Authorization: Bearer ", request.bearer.reveal());
  for (const auto& [name, value] : request.headers) http::append_secret_line(head, name + ": ", value.reveal());
  head += "\r\n";
  if (request.sent != nullptr) *request.sent = true;
  const auto written =
      connection->write(head, request.content_type.empty() ? std::string_view{} : std::string_view(request.body), deadline);
  explicit_bzero(head.data(), head.size());
  // A peer that refuses a body may answer and close before it has read everything: its answer counts.
  if (!written && written.error().kind != Failure::Kind::closed)
    return fail(upstream_error(url->origin(), written.error(), request.timeout_ms, cancel));
  return OutboundCall{url->origin(), std::move(cancel), std::move(*connection), deadline, reused, &idle_};
}

Result<OutboundReply> Outbound::send(const OutboundRequest& request) const {
  for (bool fresh = false;; fresh = true) {
    auto begun = begin(request, fresh);
    if (!begun) return fail(std::move(begun.error()));
    auto answer = http::read_answer(begun->connection, request.method == "HEAD", begun->deadline, request.most_bytes);
    if (!answer && sends_again(request, *begun, answer.error())) continue;
    if (!answer) return fail(begun->explained(answer.error(), request.timeout_ms));
    if (answer->keep_alive) idle_.put(begun->origin, std::move(begun->connection));
    return OutboundReply{answer->response.status, std::move(answer->response.body), std::move(answer->response.content_type),
                         std::move(answer->headers)};
  }
}

Result<std::string> OutboundStream::read_until(http::Instant deadline, int timeout_ms) {
  auto piece = body_.read(call_.connection, deadline);
  if (!piece) return fail(call_.explained(piece.error(), timeout_ms));
  return std::move(*piece);
}

Result<std::string> OutboundStream::read(int timeout_ms) { return read_until(steady_clock::now() + milliseconds(timeout_ms), timeout_ms); }

Result<std::string> OutboundStream::read_all(int timeout_ms, std::size_t most_bytes) {
  const auto deadline = steady_clock::now() + milliseconds(timeout_ms);
  std::string all;
  while (all.size() <= most_bytes) {
    auto piece = read_until(deadline, timeout_ms);
    if (!piece) return piece;
    if (piece->empty()) return all;
    all += *piece;
  }
  return fail(Code::upstream_failed,
              call_.origin + " sent too much: the answer is larger than " + std::to_string(most_bytes / 1024) + " KiB");
}

OutboundStream::OutboundStream(OutboundStream&& other) noexcept : call_(std::move(other.call_)), body_(std::move(other.body_)) {
  other.call_.idle = nullptr;
}

OutboundStream::~OutboundStream() {
  if (call_.idle != nullptr && body_.ended(call_.connection)) call_.idle->put(call_.origin, std::move(call_.connection));
}

void OutboundStream::finish() && { std::exchange(call_.idle, nullptr)->put(call_.origin, std::move(call_.connection), std::move(body_)); }

Result<OutboundStream> Outbound::open(const OutboundRequest& request) const {
  for (bool fresh = false;; fresh = true) {
    auto begun = begin(request, fresh);
    if (!begun) return fail(std::move(begun.error()));
    auto body = http::read_head(begun->connection, request.method == "HEAD", begun->deadline);
    if (body) return OutboundStream(std::move(*begun), std::move(*body));
    if (!sends_again(request, *begun, body.error())) return fail(begun->explained(body.error(), request.timeout_ms));
  }
}

}  // namespace facio::serve
