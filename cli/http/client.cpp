#include "cli/http/client.hpp"

#include <cstring>
#include <poll.h>

#include <algorithm>
#include <cstdio>
#include <random>

#include "cli/core/body_secrets.hpp"
#include "cli/core/encoding.hpp"
#include "cli/core/json.hpp"
#include "cli/core/text.hpp"

namespace facio {

using namespace http;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

constexpr std::size_t kAnswerLimit = std::size_t{64} * 1024 * 1024;
constexpr int kRetries = 2;
constexpr long kLongestRetryAfter = 5;

Instant after(int ms) { return steady_clock::now() + milliseconds(ms); }

/// The pause before the next try: what the agent asked for, else 100 ms and 200 ms, give or take a half.
milliseconds pause_before(int attempt, long retry_after_s) {
  if (retry_after_s >= 0) return std::chrono::seconds(retry_after_s);
  thread_local std::minstd_rand random{std::random_device{}()};
  const int base = 100 << attempt;
  return milliseconds(std::uniform_int_distribution(base / 2, base + base / 2)(random));
}

/// A 503 without Retry-After means that the service behind an area is absent: a retry would be a waste of time.
bool worth_repeating(const Response& response) {
  const bool busy = response.status == 429 || (response.status == 503 && response.retry_after_s >= 0);
  return busy && response.retry_after_s <= kLongestRetryAfter;
}

}  // namespace

bool HttpClient::logs(int level) const { return trace_.err != nullptr && trace_.level >= level; }

void HttpClient::log(int level, const std::string& line) const {
  if (logs(level)) (void)trace_.err->write(line + "\n");
}

/// Address and proxy, once.
Status HttpClient::choose_way() {
  if (address_) return {};
  auto address = parse_address(target_.url);
  if (!address) return fail(std::move(address.error()));
  if (target_.proxies != nullptr) {
    auto proxy = proxy_for(*address, *target_.proxies);
    if (!proxy) return fail(std::move(proxy.error()));
    proxy_ = std::move(*proxy);
  }
  address_ = std::move(*address);
  return {};
}

Outcome<Connection> HttpClient::connect(Instant deadline) const {
  const Instant limit = std::min(deadline, after(target_.connect_timeout_ms));
  return proxy_ ? open_through(*proxy_, *address_, target_.tls, limit) : Connection::open(*address_, target_.tls, limit);
}

/// The request's head. May hold the token: to be zeroed by the caller.
Result<std::string> HttpClient::prepare(const Request& request) {
  if (auto way = choose_way(); !way) return fail(std::move(way.error()));
  // A proxy for plain HTTP is told the whole address.
  const bool whole = proxy_ && address_->scheme == Scheme::plain;
  const std::string target = whole ? address_->url_of(request.target) : address_->prefix + request.target;
  const auto headers = headers_of(*address_, request, random_hex(8));
  if (!headers) return fail(headers.error());
  if (proxy_) log(2, "through the proxy " + proxy_->address.shown() + " (" + proxy_->variable + ")");
  // Only what is shown is searched for secrets: a body may be large.
  if (logs(2)) log(2, "> " + request.method + " " + masked_url(target, request, target_.token) + " HTTP/1.1");
  std::string text = request.method + " " + target + " HTTP/1.1\r\n";
  for (const auto& [name, value] : *headers) {
    text += name + ": " + value + "\r\n";
    if (logs(2)) log(2, "> " + name + ": " + masked(value, request, target_.token));
  }
  if (!target_.token.empty()) {
    const auto token = target_.token.reveal();
    if (!is_token(token))
      return fail(Code::unauthenticated, "the token contains blanks or control characters", "write only the token into its file");
    append_secret_line(text, target_.token_header, token);
    log(2, "> " + std::string(target_.token_header).append(kMask));
  }
  if (whole && !proxy_->authorization.empty()) {
    append_secret_line(text, "Proxy-Authorization: ", proxy_->authorization.reveal());
    log(2, "> Proxy-Authorization: " + std::string(kMask));
  }
  if (request.has_body && logs(3))
    log(3, is_plain_text(request.body) ? masked(request.body, request, target_.token)
                                       : "(" + std::to_string(request.body.size()) + " bytes that are no text)");
  return text += "\r\n";
}

/// One attempt, over the kept connection or a new one.
Outcome<Answer> HttpClient::exchange_once(const Request& request, const std::string& head, Instant deadline, const StreamUse& use) {
  if (!connection_) {
    auto opened = connect(deadline);
    if (!opened) return tl::unexpected(opened.error());
    connection_.emplace(std::move(*opened));
  }
  const auto written = connection_->write(head, request.has_body ? std::string_view(request.body) : std::string_view{}, deadline);
  if (!written && written.error().kind != Failure::Kind::closed) return tl::unexpected(written.error());
  // A peer that refuses a body may answer and close before it has read everything: its answer counts.
  auto answer = read_answer(*connection_, request.method == "HEAD", deadline, kAnswerLimit, use, request.streams);
  if (!answer && !written && !answer.error().answered) return tl::unexpected(written.error());
  return answer;
}

Outcome<Answer> HttpClient::exchange(const Request& request, const std::string& head, Instant deadline, const StreamUse& use) {
  const Instant start = steady_clock::now();
  if (connection_ && connection_->stale()) connection_.reset();
  const bool kept = connection_.has_value();
  auto answer = exchange_once(request, head, deadline, use);
  // The kept connection was closed while the request was on its way: nothing is wrong with the agent.
  if (!answer && kept && request.idempotent && answer.error().kind == Failure::Kind::closed && !answer.error().answered) {
    connection_.reset();
    answer = exchange_once(request, head, deadline, use);
  }
  if (trace_.timing && answer) log_timing(request, start, connection_->moments());
  if (!answer || !answer->keep_alive) connection_.reset();
  return answer;
}

/// "timing: GET /api/v1/cron: dns 0.1, connect 0.2, first byte 1.0, rest 0.1, total 1.4 ms"
void HttpClient::log_timing(const Request& request, Instant start, const Moments& moments) const {
  std::string line = "timing: " + request.method + " " + masked_url(request.target, request, target_.token) + ":";
  Instant last = start;
  const auto figure = [&line](const char* name, Instant from, Instant to) {
    char text[64];
    std::snprintf(text, sizeof text, " %s %.1f", name, std::chrono::duration<double, std::milli>(to - from).count());
    line += text;
  };
  const auto step = [&](const char* name, Instant at) {
    if (at <= last) return;  // not part of this request: the connection was kept, or there is no TLS
    figure(name, last, at);
    line += ',';
    last = at;
  };
  if (moments.connected < start) line += " connection kept,";
  step("dns", moments.looked_up);
  step("connect", moments.connected);
  step("tls", moments.secured);
  step("first byte", moments.first_byte);
  const Instant now = steady_clock::now();
  step("rest", now);
  figure("total", start, now);
  (void)trace_.err->write(line + " ms\n");
}

namespace {

/// The body of an answer without its own secrets, as declared or by their names, and those of the request.
std::string shown_answer(const Request& request, const Secret& token, const std::string& body) {
  if (!is_plain_text(body)) return "(" + std::to_string(body.size()) + " bytes that are no text)";
  const Endpoint* endpoint = request.endpoint;
  const Shape* shape = endpoint == nullptr ? nullptr : endpoint->envelope != nullptr ? endpoint->envelope : endpoint->reply;
  Request with_answer = request;
  if (const auto answer = JsonDocument::parse_foreign(body))
    for (std::string& secret : body_secrets(answer->root(), shape)) with_answer.secrets.push_back(std::move(secret));
  return masked(body, with_answer, token);
}

}  // namespace

void HttpClient::log_answer(const Request& request, const Answer& answer, Instant start) const {
  if (!logs(1)) return;
  const auto spent = std::chrono::duration<double, std::milli>(steady_clock::now() - start).count();
  char figures[64];
  std::snprintf(figures, sizeof figures, " %u %.1f ms %zu bytes", answer.response.status, spent, answer.response.body.size());
  const RequestMask mask(request, target_.token);
  log(1, request.method + " " + mask.url(address_->url_of(request.target)) + figures);
  if (!logs(2)) return;
  log(2, "< HTTP/1.1 " + std::to_string(answer.response.status) + " " + mask.text(answer.reason));
  for (const auto& [name, value] : answer.headers)
    log(2, "< " + name + ": " + (equals_ignoring_case(name, "Set-Cookie") ? std::string(kMask) : mask.text(value)));
  if (!answer.response.body.empty() && logs(3)) log(3, shown_answer(request, target_.token, answer.response.body));
}

Error HttpClient::error_of(const Request& request, const Failure& failure) const {
  const std::string where = address_->shown() + (target_.name.empty() ? "" : " (context " + target_.name + ")") +
                            (proxy_ ? " through the proxy " + proxy_->address.shown() : "");
  const bool is_write = request.method != "GET" && request.method != "HEAD";
  const std::string message =
      failure.kind == Failure::Kind::malformed
          ? where + " does not answer like an agent: " + failure.message
          : failure_text(failure, where, std::min(target_.connect_timeout_ms, request.timeout_ms), request.timeout_ms);
  const auto made = [&](Code code, const std::string& hint, bool sent = false) {
    return Error(code, message + (sent && is_write ? "; it is unknown whether the agent did it" : ""))
        .with_hint(sent && is_write ? "check the current state before trying again" : hint)
        .with_http(0, request.method, request.target.substr(0, request.target.find('?')), "");
  };
  switch (failure.kind) {
    case Failure::Kind::cannot_connect:
      return made(Code::unreachable, proxy_ ? "check " + proxy_->variable + ", or bypass the proxy with --no-proxy"
                                            : "is the agent running? start one with: facioctl serve");
    case Failure::Kind::no_tls:
      return made(Code::unreachable, !failure.remedy.empty()
                                         ? failure.remedy
                                         : "if it is your own certificate: facioctl context add NAME --url " + target_.url + " --ca FILE");
    case Failure::Kind::connect_timeout: return made(Code::timeout, "check the address; facioctl context list shows the configured ones");
    case Failure::Kind::timeout: return made(Code::timeout, "allow more time with --timeout", true);
    case Failure::Kind::closed: return made(Code::unreachable, "try again", true);
    case Failure::Kind::malformed: return made(Code::server, "check the address and its port");
    case Failure::Kind::too_large: return made(Code::server, "request less with --limit");
  }
  return Error(Code::failed, failure.message);
}

Result<Response> HttpClient::send(const Request& request, const StreamUse& use) {
  auto head = prepare(request);
  if (!head) return fail(std::move(head.error()));
  const Instant deadline = after(request.timeout_ms);
  bool shown = false;  // a stream that has begun is not begun again
  const StreamUse noted = [&](std::string_view piece) {
    shown = true;
    return use(piece);
  };
  for (int attempt = 0;; ++attempt) {
    const Instant start = steady_clock::now();
    auto answer = exchange(request, *head, deadline, use ? noted : use);
    const bool again = request.idempotent && attempt < kRetries && !shown &&
                       (answer ? worth_repeating(answer->response) : answer.error().kind == Failure::Kind::closed);
    if (answer) log_answer(request, *answer, start);
    if (again) {
      const milliseconds pause = pause_before(attempt, answer ? answer->response.retry_after_s : -1);
      if (steady_clock::now() + pause < deadline) {
        log(1, "trying again in " + in_units(static_cast<int>(pause.count())));
        (void)::poll(nullptr, 0, static_cast<int>(pause.count()));
        continue;
      }
    }
    explicit_bzero(head->data(), head->size());
    if (!answer) return fail(error_of(request, answer.error()));
    answer->response.headers = std::move(answer->headers);
    answer->response.reason = std::move(answer->reason);
    return std::move(answer->response);
  }
}

Result<LiveAnswer> HttpClient::open(const Request& request) {
  auto head = prepare(request);
  if (!head) return fail(std::move(head.error()));
  const Instant start = steady_clock::now();
  const Instant deadline = after(request.timeout_ms);
  auto connection = connect(deadline);
  if (!connection) return fail(error_of(request, connection.error()));
  const auto written = connection->write(*head, request.has_body ? std::string_view(request.body) : std::string_view{}, deadline);
  explicit_bzero(head->data(), head->size());
  if (!written) return fail(error_of(request, written.error()));
  auto body = read_head(*connection, false, deadline);
  if (!body) return fail(error_of(request, body.error()));
  log_answer(request, body->head(), start);
  return LiveAnswer(std::move(*connection), std::move(*body));
}

LiveAnswer::Piece LiveAnswer::read(int wait_ms) {
  auto piece = body_.read(connection_, after(wait_ms));
  if (piece) return {piece->empty() ? Piece::State::ended : Piece::State::bytes, std::move(*piece)};
  return {piece.error().kind == Failure::Kind::timeout ? Piece::State::nothing : Piece::State::broken, std::move(piece.error().message)};
}

}  // namespace facio
