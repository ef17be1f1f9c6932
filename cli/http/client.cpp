#include "cli/http/client.hpp"

#include <cstring>
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <optional>
#include <random>

#include "cli/core/ids.hpp"
#include "cli/core/text.hpp"
#include "cli/http/exchange.hpp"
#include "cli/http/head.hpp"
#include "cli/http/live_answer.hpp"
#include "cli/http/mask.hpp"

namespace facio {

using namespace http;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

struct LiveAnswer::Impl {
  Connection connection;
  AnswerBody body;
};

namespace {

constexpr std::size_t kAnswerLimit = std::size_t{64} * 1024 * 1024;
constexpr int kRetries = 2;
constexpr long kLongestRetryAfter = 5;

Instant after(int ms) { return steady_clock::now() + milliseconds(ms); }

/// A pause before the next try: what the agent asked for, else 100 ms and 200 ms, each give or take a half.
milliseconds pause_before(int attempt, long retry_after_s) {
  if (retry_after_s >= 0) return std::chrono::seconds(retry_after_s);
  thread_local std::minstd_rand random{std::random_device{}()};
  const int base = 100 << attempt;
  return milliseconds(std::uniform_int_distribution(base / 2, base + base / 2)(random));
}

/// A 503 without Retry-After says that the service behind an area is absent: trying again would only cost time.
bool worth_repeating(const Response& response) {
  const bool busy = response.status == 429 || (response.status == 503 && response.retry_after_s >= 0);
  return busy && response.retry_after_s <= kLongestRetryAfter;
}

}  // namespace

std::string_view Response::header(std::string_view name) const { return find_header(headers, name); }

struct HttpClient::Impl {
  Target target;
  Trace trace;
  std::optional<Address> address;
  std::optional<Connection> connection;

  void tell(int level, const std::string& line) const {
    if (trace.err != nullptr && trace.level >= level) (void)trace.err->write(line + "\n");
  }
  [[nodiscard]] std::string where() const { return address->shown() + (target.name.empty() ? "" : " (context " + target.name + ")"); }

  Result<std::string> head(const Request& request);
  Outcome<Answer> exchange(const Request& request, const std::string& head, Instant deadline);
  Outcome<Answer> once(const Request& request, const std::string& head, Instant deadline);
  Error explained(const Request& request, const Trouble& trouble) const;
  void tell_timing(const Request& request, Instant start, const Moments& moments) const;
  void tell_answer(const Request& request, const Answer& answer, Instant start) const;
};

HttpClient::HttpClient(Target target, Trace trace) : impl_(new Impl{std::move(target), trace, {}, {}}) {}
HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;

Result<std::string> HttpClient::Impl::head(const Request& request) {
  const auto headers = headers_of(*address, request, random_hex(8));
  if (!headers) return fail(headers.error());
  tell(2, "> " + request.method + " " + masked_url(address->prefix + request.target, request, target.token) + " HTTP/1.1");
  std::string text = request.method + " " + address->prefix + request.target + " HTTP/1.1\r\n";
  for (const auto& [name, value] : *headers) {
    text += name + ": " + value + "\r\n";
    tell(2, "> " + name + ": " + value);
  }
  if (!target.token.empty()) {
    const auto token = target.token.reveal();
    if (!is_token(token))
      return fail(Code::unauthenticated, "the token holds blanks or control characters", "write the token alone into its file");
    append_secret_line(text, target.token_header, token);
    tell(2, "> " + std::string(target.token_header).append(kMask));
  }
  if (request.has_body) tell(3, masked(request.body, request, target.token));
  return text += "\r\n";
}

/// One try over the kept or a new connection.
Outcome<Answer> HttpClient::Impl::once(const Request& request, const std::string& head, Instant deadline) {
  if (!connection) {
    auto opened = Connection::open(*address, target.ca_file, std::min(deadline, after(target.connect_timeout_ms)));
    if (!opened) return tl::unexpected(opened.error());
    connection.emplace(std::move(*opened));
  }
  const auto written = connection->write(head, request.has_body ? std::string_view(request.body) : std::string_view{}, deadline);
  if (!written && written.error().kind != Trouble::Kind::closed) return tl::unexpected(written.error());
  // A peer that refuses a body may answer and close before it has read everything: its answer counts.
  auto answer = read_answer(*connection, request.method == "HEAD", deadline, kAnswerLimit);
  if (!answer && !written && !answer.error().answered) return tl::unexpected(written.error());
  return answer;
}

Outcome<Answer> HttpClient::Impl::exchange(const Request& request, const std::string& head, Instant deadline) {
  const Instant start = steady_clock::now();
  if (connection && connection->stale()) connection.reset();
  const bool kept = connection.has_value();
  auto answer = once(request, head, deadline);
  // A kept connection that was closed while the request travelled: nothing is wrong with the agent.
  if (!answer && kept && request.idempotent && answer.error().kind == Trouble::Kind::closed && !answer.error().answered) {
    connection.reset();
    answer = once(request, head, deadline);
  }
  if (trace.timing && answer) tell_timing(request, start, connection->moments());
  if (!answer || !answer->keep_alive) connection.reset();
  return answer;
}

/// "timing: GET /api/v1/cron: dns 0.1, connect 0.2, first byte 1.0, rest 0.1, total 1.4 ms"
void HttpClient::Impl::tell_timing(const Request& request, Instant start, const Moments& moments) const {
  std::string line = "timing: " + request.method + " " + masked_url(request.target, request, target.token) + ":";
  Instant last = start;
  const auto figure = [&line](const char* name, Instant from, Instant to) {
    char text[64];
    std::snprintf(text, sizeof text, " %s %.1f", name, std::chrono::duration<double, std::milli>(to - from).count());
    line += text;
  };
  const auto step = [&](const char* name, Instant at) {
    if (at <= last) return;  // not in this request: the connection was kept, or there is no TLS
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
  (void)trace.err->write(line + " ms\n");
}

void HttpClient::Impl::tell_answer(const Request& request, const Answer& answer, Instant start) const {
  if (trace.err == nullptr || trace.level < 1) return;
  const auto spent = std::chrono::duration<double, std::milli>(steady_clock::now() - start).count();
  char figures[64];
  std::snprintf(figures, sizeof figures, " %u %.1f ms %zu bytes", answer.response.status, spent, answer.response.body.size());
  const auto safe = [&](std::string_view text) { return masked(text, request, target.token); };
  tell(1, request.method + " " + masked_url(address->url_of(request.target), request, target.token) + figures);
  tell(2, "< HTTP/1.1 " + std::to_string(answer.response.status) + " " + safe(answer.reason));
  for (const auto& [name, value] : answer.headers)
    tell(2, "< " + name + ": " + (equals_ignoring_case(name, "Set-Cookie") ? std::string(kMask) : safe(value)));
  if (!answer.response.body.empty()) tell(3, safe(answer.response.body));
}

Error HttpClient::Impl::explained(const Request& request, const Trouble& trouble) const {
  const bool is_write = request.method != "GET" && request.method != "HEAD";
  const std::string message = trouble.kind == Trouble::Kind::malformed
                                  ? where() + " does not speak HTTP as an agent does: " + trouble.words
                                  : told(trouble, where(), std::min(target.connect_timeout_ms, request.timeout_ms), request.timeout_ms);
  const auto made = [&](Code code, const std::string& hint, bool sent = false) {
    return Error(code, message + (sent && is_write ? "; whether the agent did it is unknown" : ""))
        .with_hint(sent && is_write ? "look at the present state before trying again" : hint)
        .with_http(0, request.method, request.target.substr(0, request.target.find('?')), "");
  };
  switch (trouble.kind) {
    case Trouble::Kind::cannot_connect: return made(Code::unreachable, "is the agent running? start one with: facioctl serve");
    case Trouble::Kind::no_tls:
      return made(Code::unreachable,
                  "when its certificate is your own, name it: facioctl context add NAME --url " + target.url + " --ca FILE");
    case Trouble::Kind::connect_timeout: return made(Code::timeout, "check the address; facioctl context list shows those that are known");
    case Trouble::Kind::timeout: return made(Code::timeout, "allow more time with --timeout", true);
    case Trouble::Kind::closed: return made(Code::unreachable, "try again", true);
    case Trouble::Kind::malformed: return made(Code::server, "check the address and its port");
    case Trouble::Kind::too_large: return made(Code::server, "ask for less with --limit");
  }
  return Error(Code::failed, trouble.words);
}

Result<Response> HttpClient::send(const Request& request) {
  if (!impl_->address) {
    auto address = parse_address(impl_->target.url);
    if (!address) return fail(std::move(address.error()));
    impl_->address = std::move(*address);
  }
  auto head = impl_->head(request);
  if (!head) return fail(std::move(head.error()));
  const Instant deadline = after(request.timeout_ms);
  for (int attempt = 0;; ++attempt) {
    const Instant start = steady_clock::now();
    auto answer = impl_->exchange(request, *head, deadline);
    const bool again = request.idempotent && attempt < kRetries &&
                       (answer ? worth_repeating(answer->response) : answer.error().kind == Trouble::Kind::closed);
    if (answer) impl_->tell_answer(request, *answer, start);
    if (again) {
      const milliseconds pause = pause_before(attempt, answer ? answer->response.retry_after_s : -1);
      if (steady_clock::now() + pause < deadline) {
        impl_->tell(1, "trying again in " + in_units(static_cast<int>(pause.count())));
        (void)::poll(nullptr, 0, static_cast<int>(pause.count()));
        continue;
      }
    }
    explicit_bzero(head->data(), head->size());
    if (!answer) return fail(impl_->explained(request, answer.error()));
    answer->response.headers = std::move(answer->headers);
    return std::move(answer->response);
  }
}

Result<LiveAnswer> HttpClient::open(const Request& request) {
  if (!impl_->address) {
    auto address = parse_address(impl_->target.url);
    if (!address) return fail(std::move(address.error()));
    impl_->address = std::move(*address);
  }
  auto head = impl_->head(request);
  if (!head) return fail(std::move(head.error()));
  const Instant start = steady_clock::now();
  const Instant deadline = after(request.timeout_ms);
  auto connection = Connection::open(*impl_->address, impl_->target.ca_file, std::min(deadline, after(impl_->target.connect_timeout_ms)));
  if (!connection) return fail(impl_->explained(request, connection.error()));
  const auto written = connection->write(*head, {}, deadline);
  explicit_bzero(head->data(), head->size());
  if (!written) return fail(impl_->explained(request, written.error()));
  auto body = read_head(*connection, false, deadline);
  if (!body) return fail(impl_->explained(request, body.error()));
  impl_->tell_answer(request, body->head(), start);
  return LiveAnswer(std::unique_ptr<LiveAnswer::Impl>(new LiveAnswer::Impl{std::move(*connection), std::move(*body)}));
}

LiveAnswer::LiveAnswer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LiveAnswer::LiveAnswer(LiveAnswer&&) noexcept = default;
LiveAnswer& LiveAnswer::operator=(LiveAnswer&&) noexcept = default;
LiveAnswer::~LiveAnswer() = default;

unsigned LiveAnswer::status() const { return impl_->body.head().response.status; }
const std::string& LiveAnswer::content_type() const { return impl_->body.head().response.content_type; }

LiveAnswer::Piece LiveAnswer::read(int wait_ms) {
  auto piece = impl_->body.read(impl_->connection, after(wait_ms));
  if (piece) return {piece->empty() ? Piece::State::ended : Piece::State::bytes, std::move(*piece)};
  return {piece.error().kind == Trouble::Kind::timeout ? Piece::State::nothing : Piece::State::broken, std::move(piece.error().words)};
}

}  // namespace facio
