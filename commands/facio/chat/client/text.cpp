#include "commands/facio/chat/client/text.hpp"

#include <algorithm>

#include "cli/core/validate.hpp"
#include "cli/output/render.hpp"
#include "commands/facio/chat/shapes.hpp"

namespace facio::chat {
namespace {

/// Longer than a server waits for its agent, so that its own word on that arrives.
constexpr int kPatienceMs = 11 * 60 * 1000;
constexpr std::string_view kPrefix = "api:";

}  // namespace

Result<Request> own_request(Client& client, JsonDocument body) {
  // The key of a session, as lists show it, means the same as its id.
  if (const JsonRef session = body.root().get("session_id"); session.is(JsonKind::string) && session.string().starts_with(kPrefix))
    body.set_string("session_id", std::string(session.string().substr(kPrefix.size())));
  if (auto status = validate(body.root(), shape_of<ChatRequest>, Direction::request); !status)
    return fail(Code::usage, status.error().message(), "facioctl chat -h");
  const JsonRef content = body.root().get("messages").at(0).get("content");
  if (content.is(JsonKind::string) && content.string().find_first_not_of(" \t\r\n") == std::string::npos)
    return fail(Code::usage, "the message is blank", "facioctl chat -h");
  auto request = client.request_to("chat.send", {}, body.dump());
  if (request && client.invocation().global.timeout_ms == 0) request->timeout_ms = kPatienceMs;
  return request;
}

Result<Request> message_request(Client& client, std::string_view message) {
  const Invocation& invocation = client.invocation();
  JsonDocument body = JsonDocument::object();
  if (invocation.has_body && !invocation.body.root().is_null()) body.merge(invocation.body.root());
  std::string messages = R"([{"role":"user","content":)";
  append_json_string(messages, message);
  messages += "}]";
  if (auto status = body.set_json("messages", messages); !status) return fail(std::move(status.error()));
  return own_request(client, std::move(body));
}

std::string session_of(const Invocation& invocation) {
  const JsonRef id = invocation.has_body ? invocation.body.root().get("session_id") : JsonRef();
  if (!id.is(JsonKind::string)) return "api:default";
  return id.string().starts_with("api:") ? id.string() : "api:" + id.string();
}

Result<std::string> answer_of(const Response& response) {
  auto reply = json_of(response);
  if (!reply) return fail(std::move(reply.error()));
  const JsonRef content = reply->root().get("choices").at(0).find("message.content");
  if (!content.is(JsonKind::string)) return fail(Code::server, "the agent's answer holds no text", "facioctl chat -o json");
  return content.string();
}

std::string shown_answer(const std::string& text, bool terminal) {
  if (!terminal) return text.ends_with('\n') ? text : text + "\n";
  std::string shown;
  for (std::string_view rest = text; !rest.empty();) {
    const auto end = std::min(rest.find('\n'), rest.size());
    shown += printable(rest.substr(0, end)) + "\n";
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return shown.empty() ? "\n" : shown;
}

}  // namespace facio::chat
