#include "commands/facio/mcp/server/http_peer.hpp"

#include <algorithm>
#include <array>
#include <strings.h>

#include "commands/facio/mcp/server/message.hpp"
#include "commands/serve/outbound/url.hpp"

namespace facio::serve {
namespace {

constexpr std::size_t kMostMessages = 1000;
constexpr std::size_t kShownBody = 300;

bool visible(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

}  // namespace

bool is_reserved_header(std::string_view name) {
  constexpr std::array<const char*, 11> names = {"Host",   "Connection",     "Content-Length", "Content-Type",         "Transfer-Encoding",
                                                 "Accept", "Mcp-Session-Id", "Last-Event-ID",  "MCP-Protocol-Version", "Upgrade",
                                                 "Expect"};
  const std::string text(name);
  return std::ranges::any_of(names, [&text](const char* one) { return ::strcasecmp(one, text.c_str()) == 0; });
}

Result<OutboundStream> McpHttp::open(Ask ask) const {
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
  return outbound_.open(request);
}

Status McpHttp::use_session(std::string_view id) {
  if (!visible(id)) return fail(Code::upstream_failed, "the server gave a session id with characters that none may have");
  const std::lock_guard lock(mutex_);
  session_ = id;
  return {};
}

std::string McpHttp::session() const {
  const std::lock_guard lock(mutex_);
  return session_;
}

void McpHttp::use_version(std::string_view version) {
  const std::lock_guard lock(mutex_);
  version_ = version;
}

Error refused(OutboundStream& answer, std::string_view what) {
  const unsigned status = answer.status();
  std::string text = "the server answered " + std::string(what) + " with HTTP " + std::to_string(status);
  if (status == 401 || status == 403) text += ": give a token with --header 'Authorization=Bearer ${credentials.KEY}'";
  if (status >= 300 && status < 400) text += ": it has moved; give its new address";
  const auto body = answer.read_all(2000, std::size_t{64} * 1024);
  if (!body || body->empty()) return {Code::upstream_failed, std::move(text)};
  std::string said;
  if (auto document = JsonDocument::parse(*body)) {
    said = document->root().get("error").get("message").text();
    if (said.empty()) said = document->root().get("error_description").text();
    if (said.empty()) said = document->root().get("message").text();
  }
  if (said.empty() && !answer.content_type().starts_with("text/html")) said = body->substr(0, kShownBody);
  std::ranges::replace_if(
      said, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  if (!said.empty()) text += " (" + said + ")";
  return {Code::upstream_failed, std::move(text)};
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
  if (!to) return fail(Code::upstream_failed, "the address that the server gave for messages " + to.error().message());
  if (to->origin() != from->origin()) return fail(Code::upstream_failed, "the server sends messages to another host, " + to->origin());
  return full;
}

void McpPoster::post(std::string message) {
  const std::lock_guard lock(mutex_);
  if (stopping_ || queue_.size() >= kMostMessages) return;
  queue_.push_back(std::move(message));
  if (!thread_.joinable()) thread_ = std::thread([this] { loop(); });
  changed_.notify_one();
}

void McpPoster::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void McpPoster::loop() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (stopping_) return;
    const std::string message = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    send_(message);
    lock.lock();
  }
}

}  // namespace facio::serve
