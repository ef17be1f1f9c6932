#include "commands/facio/mcp/server/http_transport.hpp"

#include <algorithm>

#include "cli/core/json.hpp"
#include "cli/core/text.hpp"
#include "cli/http/media.hpp"
#include "commands/serve/outbound/url.hpp"

namespace facio::serve {

bool is_reserved_header(std::string_view name) {
  constexpr std::string_view kNames[] = {"Host",   "Connection",     "Content-Length", "Content-Type",         "Transfer-Encoding",
                                         "Accept", "Mcp-Session-Id", "Last-Event-ID",  "MCP-Protocol-Version", "Upgrade",
                                         "Expect"};
  return std::ranges::any_of(kNames, [name](std::string_view one) { return equals_ignoring_case(one, name); });
}

bool has_authorization(const McpAddress& address) {
  return std::ranges::any_of(address.headers, [](const auto& header) { return equals_ignoring_case(header.first, "Authorization"); });
}

Result<OutboundStream> HttpTransport::send(Ask ask) const {
  OutboundRequest request{.method = std::move(ask.method), .url = ask.url.empty() ? address_.url : ask.url};
  if (!ask.body.empty()) {
    request.body = std::move(ask.body);
    request.content_type = "application/json";
  }
  request.accept = std::move(ask.accept);
  request.timeout_ms = ask.timeout_ms;
  request.cancel = ask.cancel;
  request.headers = address_.headers;
  {
    const std::lock_guard lock(mutex_);
    if (!session_.empty()) request.headers.emplace_back("Mcp-Session-Id", Secret(session_));
    if (!version_.empty()) request.headers.emplace_back("MCP-Protocol-Version", Secret(version_));
  }
  if (!ask.last_event_id.empty()) request.headers.emplace_back("Last-Event-ID", Secret(std::move(ask.last_event_id)));
  if (!address_.access) return outbound_.open(request);
  request.bearer = address_.access->token();
  auto answer = outbound_.open(request);
  const bool refused = answer && (answer->status() == 401 || answer->status() == 403);
  if (!refused || !address_.access->refused(answer->status(), answer->headers(), request.bearer)) return answer;
  request.bearer = address_.access->token();
  return outbound_.open(request);
}

Status HttpTransport::deliver(const std::string& message, int timeout_ms, int cancel) const {
  auto answer = send({.url = message_url_, .body = message, .timeout_ms = timeout_ms, .cancel = cancel});
  if (!answer) return fail(std::move(answer.error()));
  return is_good(*answer) ? Status{} : fail(refused(*answer, sent_));
}

Status HttpTransport::notify(const std::string& message, int cancel) {
  const AnyOf end{closing_.fd(), cancel};
  return deliver(message, kNotifyMs, end.fd());
}

void HttpTransport::post(std::string message) {
  (void)poster_.submit([this, message = std::move(message)] {
    if (!closing_.cancelled()) (void)notify(message, -1);
  });
}

Status HttpTransport::use_session(std::string_view id) {
  if (!std::ranges::all_of(id, [](char c) { return c > 0x20 && c < 0x7f; }))
    return fail(Code::upstream_failed, "the server sent a session id with invalid characters");
  const std::lock_guard lock(mutex_);
  session_ = id;
  return {};
}

std::string HttpTransport::session() const {
  const std::lock_guard lock(mutex_);
  return session_;
}

void HttpTransport::set_version(std::string_view version) {
  const std::lock_guard lock(mutex_);
  version_ = version;
}

bool HttpTransport::begin_close() {
  if (closing_.cancelled()) return false;
  closing_.cancel("the connection is closed");
  poster_.stop();
  if (reader_.joinable()) reader_.join();
  return true;
}

Error HttpTransport::refused(OutboundStream& answer, std::string_view what) const {
  const unsigned status = answer.status();
  const bool wants_login = status == 401 || status == 403;
  const Code code = wants_login && address_.access ? Code::unauthenticated : Code::upstream_failed;
  std::string text = "the server answered " + std::string(what) + " with HTTP " + std::to_string(status);
  if (wants_login && address_.access) text += ": " + address_.access->advice();
  else if (wants_login) text += ": give another token with --header 'Authorization=Bearer ${credentials.KEY}'";
  if (status >= 300 && status < 400) text += ": it has moved; give its new address";
  const auto body = answer.read_all(2000, std::size_t{64} * 1024);
  if (!body || body->empty()) return {code, std::move(text)};
  std::string message;
  if (auto document = JsonDocument::parse_foreign(*body))
    for (const std::string_view path : {"error.message", "error_description", "message"})
      if (message.empty()) message = document->root().find(path).text();
  if (message.empty() && http::foreign_body(answer.headers(), *body).empty()) message = body->substr(0, 300);
  std::ranges::replace_if(
      message, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  if (!message.empty()) text += " (" + message + ")";
  return {code, std::move(text)};
}

Result<std::string> resolve_reference(std::string_view base, std::string_view reference) {
  auto from = parse_outbound_url(base);
  if (!from) return fail(std::move(from.error()));
  std::string full;
  if (reference.find("://") != std::string_view::npos && reference.find("://") < reference.find_first_of("/?")) {
    full = reference;
  } else if (reference.starts_with("//")) {
    full = std::string(base.substr(0, base.find(':') + 1)) + std::string(reference);
  } else if (reference.starts_with('/')) {
    full = from->origin() + std::string(reference);
  } else {
    const std::string path = from->target.substr(0, from->target.find('?'));
    full = from->origin() + (reference.starts_with('?') ? path : path.substr(0, path.rfind('/') + 1)) + std::string(reference);
  }
  auto to = parse_outbound_url(full);
  if (!to) return fail(Code::upstream_failed, "the server's address for messages " + to.error().message());
  if (to->origin() != from->origin()) return fail(Code::upstream_failed, "the server sends messages to another host, " + to->origin());
  return full;
}

}  // namespace facio::serve
