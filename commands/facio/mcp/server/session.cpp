#include "commands/facio/mcp/server/session.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "cli/core/foreign_text.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/http/connection.hpp"
#include "commands/serve/trouble.hpp"

namespace facio::serve {
namespace {

/// The revisions of the protocol that are spoken here, the newest first.
constexpr std::array<std::string_view, 4> kVersions = {"2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"};
constexpr std::size_t kMostQuestions = 8;  // in one call
constexpr std::string_view kNobodyAsked = R"({"action":"cancel"})";
constexpr std::size_t kMostPages = 200, kMostTools = 2000;

Error error_of(JsonRef error) {
  std::string text = error.get("message").text();
  if (text.empty()) text = "an error without a message";
  if (const JsonRef code = error.get("code"); code.is(JsonKind::integer)) text += " (code " + std::to_string(code.integer()) + ")";
  return {Code::failed, std::move(text)};
}

}  // namespace

Status McpSession::start(McpPatience patience, const Cancel& cancel) {
  if (auto status = transport_->open(*this, cancel.fd()); !status) return status;
  const std::string_view offers = events_.can_elicit ? R"({"elicitation":{"form":{"applyDefaults":true}}})" : "{}";
  const auto hello = [offers](std::int64_t) {
    return R"({"protocolVersion":")" + std::string(kVersions.front()) + R"(","capabilities":)" + std::string(offers) +
           R"(,"clientInfo":{"name":"facioctl","version":")" FACIOCTL_VERSION R"("}})";
  };
  auto answer = request("initialize", hello, patience, cancel);
  if (!answer) return fail(std::move(answer.error()));
  const JsonRef result = answer->root().get("result");
  const std::string& version = result.get("protocolVersion").text();
  if (std::ranges::find(kVersions, version) == kVersions.end())
    return fail(Code::upstream_failed,
                version.empty() ? "the server's answer to initialize contains no protocol revision"
                                : "the server uses protocol revision " + version.substr(0, 40) + ", which this client does not support");
  has_tools_ = static_cast<bool>(result.find("capabilities.tools"));
  transport_->set_version(version);
  return transport_->notify(rpc_notification("notifications/initialized", {}), cancel.fd());
}

Result<std::vector<McpTool>> McpSession::list_tools(McpPatience patience, const Cancel& cancel) {
  std::vector<McpTool> tools;
  if (!has_tools_) return tools;
  std::set<std::string> names, cursors;
  std::string cursor;
  for (std::size_t page = 0; page < kMostPages; ++page) {
    const auto params = [&cursor](std::int64_t) { return cursor.empty() ? "{}" : json_object("cursor", cursor).text; };
    auto answer = request("tools/list", params, patience, cancel);
    if (!answer) return fail(std::move(answer.error()));
    const JsonRef result = answer->root().get("result");
    const JsonRef listed = result.get("tools");
    for (std::size_t i = 0; i < listed.size(); ++i) {
      const JsonRef one = listed.at(i);
      McpTool tool{.name = one.get("name").text(), .description = one.get("description").text(), .parameters = {}};
      if (tool.description.empty()) tool.description = one.get("title").text();
      const JsonRef schema = one.get("inputSchema");
      tool.parameters = schema.is(JsonKind::object) ? schema.dump() : R"({"type":"object"})";
      if (!tool.name.empty() && tools.size() < kMostTools && names.insert(tool.name).second) tools.push_back(std::move(tool));
    }
    cursor = result.get("nextCursor").text();
    // A server that repeats a cursor would never come to an end.
    if (cursor.empty() || !cursors.insert(cursor).second) break;
  }
  return tools;
}

Result<JsonDocument> McpSession::call_tool(std::string_view name, std::string_view arguments, McpPatience patience, const Cancel& cancel,
                                           const Asker& asker) {
  const auto params = [name, arguments](std::int64_t id) {
    return json_object("name", name, "arguments", RawJson{std::string(arguments)}, "_meta", json_object("progressToken", id)).text;
  };
  return request("tools/call", params, patience, cancel, asker);
}

bool McpSession::alive(McpPatience patience, const Cancel& cancel) {
  const std::int64_t before = heard_;
  const auto answer = request(
      "ping", [](std::int64_t) { return std::string(); }, patience, cancel);
  return answer || answer.error().code() == Code::failed || cancel.cancelled() || heard_ != before;
}

Result<JsonDocument> McpSession::request(std::string_view method, const std::function<std::string(std::int64_t)>& params,
                                         McpPatience patience, const Cancel& cancel, const Asker& asker) {
  const std::int64_t id = next_id_++;
  Pending pending{.waiting{patience, cancel.fd(), ended_.fd()}, .asker = asker, .over{}, .questions{}};
  McpWaiting& waiting = pending.waiting;
  {
    const std::lock_guard lock(mutex_);
    pending_[id] = &pending;
  }
  Status sent;
  if (!waiting.over()) sent = transport_->request(rpc_request(id, method, params(id)), waiting);
  {
    const std::lock_guard lock(mutex_);
    pending_.erase(id);
  }
  pending.over.cancel("the call has ended");
  for (Thread& question : pending.questions) question.join();
  if (waiting.settled()) return waiting.take();
  if (!sent && sent.error().code() == Code::not_found) return fail(std::move(sent.error()));
  if (over()) return fail(Code::unavailable, why());
  const bool stopped = cancel.cancelled(), late = waiting.timed_out();
  if (!stopped && events_.unresponsive && method != "ping") events_.unresponsive();
  if (!stopped && !late && !sent) return fail(std::move(sent.error()));
  // The protocol does not let the handshake be cancelled; the connection is given up instead.
  if (method != "initialize")
    transport_->post(rpc_notification("notifications/cancelled",
                                      json_object("requestId", id, "reason", stopped ? cancel.why() : "it took too long").text));
  if (stopped) return fail(Code::cancelled, cancel.why());
  return fail(Code::upstream_timeout,
              "no answer within " + http::in_units(static_cast<int>(std::min(patience.each, patience.most).count())));
}

void McpSession::received(std::string_view text, const McpWaiting* asked) {
  ++heard_;
  auto document = JsonDocument::parse_foreign(text);
  if (!document) return take_unreadable(text, document.error(), asked);
  const JsonRef root = document->root();
  if (root.kind() != JsonKind::array) return take(root, &*document, asked);
  for (std::size_t i = 0; i < root.size(); ++i) take(root.at(i), nullptr, asked);
}

/// The request that an answer is for: by its number, else the one that it came in answer to, else the only one that waits. Requires:
/// mutex_ held.
McpSession::Pending* McpSession::pending_for(std::optional<std::int64_t> id, const McpWaiting* asked) {
  if (id) {
    const auto found = pending_.find(*id);
    return found == pending_.end() ? nullptr : found->second;  // too late, or never asked
  }
  for (const auto& [number, pending] : pending_)
    if (&pending->waiting == asked) return pending;
  return asked == nullptr && pending_.size() == 1 ? pending_.begin()->second : nullptr;
}

/// Ends the request whose answer this was meant to be, if it was one: some programs write other text to their standard output.
void McpSession::take_unreadable(std::string_view text, const Error& why, const McpWaiting* asked) {
  const auto id = legible_member(text, "id");
  if (legible_member(text, "method") || (!legible_member(text, "jsonrpc") && !(asked != nullptr && id))) return;
  const std::lock_guard lock(mutex_);
  if (Pending* pending = pending_for(id ? number_of_request(*id) : std::nullopt, asked))
    pending->waiting.settle(fail(Code::upstream_failed, "the server's answer cannot be read: " + why.message()));
}

void McpSession::take(JsonRef message, JsonDocument* whole, const McpWaiting* asked) {
  const McpMessage seen = read_message(message);
  switch (seen.kind) {
    case McpMessage::Kind::answer: return take_answer(seen, message, whole, asked);
    case McpMessage::Kind::notification: return take_notification(seen.method, seen.params);
    case McpMessage::Kind::request:
      if (seen.method == "ping") transport_->post(rpc_result(seen.id, "{}"));
      else if (seen.method == "elicitation/create" && events_.can_elicit) take_question(seen);
      else transport_->post(rpc_error(seen.id, kRpcMethodNotFound, "this client does not offer " + seen.method));
      return;
    case McpMessage::Kind::unusable: return;
  }
}

/// Asks a person in a thread of its own, while the time of its call is stopped.
void McpSession::take_question(const McpMessage& message) {
  const std::lock_guard lock(mutex_);
  // The message does not say which call it belongs to: taken as the latest, usually the only one.
  const auto call = std::find_if(pending_.rbegin(), pending_.rend(), [](const auto& one) { return static_cast<bool>(one.second->asker); });
  const bool form = message.params.get("mode").text().empty() || message.params.get("mode").text() == "form";
  auto asked =
      JsonDocument::parse(R"({"id":)" + message.id.dump() + R"(,"params":)" + (message.params ? message.params.dump() : "{}") + "}");
  if (!form || !asked) return transport_->post(rpc_error(message.id, kRpcInvalidParams, "this client supports only forms"));
  if (call == pending_.rend() || call->second->questions.size() >= kMostQuestions)
    return transport_->post(rpc_result(message.id, kNobodyAsked));
  Pending* pending = call->second;
  pending->waiting.pause();
  pending->questions.reserve(kMostQuestions);
  auto question = Thread::start("a question of an MCP server", [this, pending, asked = std::move(*asked)] {
    std::string result(kNobodyAsked);
    (void)contained("a question of an MCP server", [&] { result = pending->asker(asked.root().get("params"), pending->over); });
    pending->waiting.resume();
    transport_->post(rpc_result(asked.root().get("id"), result));
  });
  if (question) return pending->questions.push_back(std::move(*question));
  pending->waiting.resume();
  transport_->post(rpc_result(message.id, kNobodyAsked));
}

void McpSession::take_answer(const McpMessage& seen, JsonRef message, JsonDocument* whole, const McpWaiting* asked) {
  std::unique_lock lock(mutex_);
  Pending* pending = pending_for(seen.asked, asked);
  if (pending == nullptr) return;
  McpWaiting& waiting = pending->waiting;
  const JsonRef error = message.get("error");
  if (!error.is_null()) {
    const JsonRef code = error.get("code");
    const bool lost = code.is(JsonKind::integer) && transport_->loses_session(code.integer(), error.get("message").text());
    Error why = lost ? Error(Code::not_found, "the server has ended the session") : error_of(error);
    waiting.settle(fail(why));
    lock.unlock();
    if (lost) ended(std::move(why));
  } else if (!message.get("result")) {
    waiting.settle(fail(Code::upstream_failed, "the server's answer has neither a result nor an error"));
  } else if (!seen.asked) {
    const std::string id = message.get("id") ? message.get("id").dump() : "none";
    waiting.settle(fail(Code::upstream_failed, "the id of the server's answer, " + id.substr(0, 40) + ", does not match the request"));
  } else if (whole != nullptr) {
    waiting.settle(std::move(*whole));
  } else if (auto own = JsonDocument::parse(message.dump())) {
    waiting.settle(std::move(*own));
  }
}

void McpSession::take_notification(const std::string& method, JsonRef params) {
  if (method == "notifications/tools/list_changed") {
    if (events_.tools_changed) events_.tools_changed();
  } else if (method == "notifications/progress") {
    const JsonRef token = params.get("progressToken");
    if (!token.is(JsonKind::integer)) return;
    const std::lock_guard lock(mutex_);
    if (const auto found = pending_.find(token.integer()); found != pending_.end()) found->second->waiting.progress();
  } else if (method == "notifications/message" && events_.logged) {
    const JsonRef data = params.get("data");
    events_.logged(params.get("level").text(), data.is(JsonKind::string) ? data.string() : data ? data.dump() : std::string());
  }
}

void McpSession::ended(Error why) {
  if (over()) return;
  expired_ = why.code() == Code::not_found;
  ended_.cancel(why.message());
  if (events_.ended) events_.ended();
}

std::string McpSession::why() const {
  std::string text = ended_.why();
  if (const std::string errors = transport_->last_errors(); !errors.empty()) text += "; it said: " + errors;
  return text;
}

void McpSession::close() {
  ended_.cancel("the connection was closed");
  transport_->close();
}

}  // namespace facio::serve
