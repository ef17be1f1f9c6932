#include "commands/facio/mcp/server/message.hpp"

#include "cli/core/shape_json.hpp"
#include "cli/core/text.hpp"

namespace facio::serve {
namespace {

bool is_id(JsonRef id) { return id && (id.kind() == JsonKind::string || id.kind() == JsonKind::integer); }

std::optional<RawJson> given(std::string_view params) {
  return params.empty() ? std::nullopt : std::optional(RawJson{std::string(params)});
}

}  // namespace

McpMessage read_message(JsonRef message) {
  McpMessage seen;
  if (!message.is(JsonKind::object)) return seen;
  const JsonRef id = message.get("id");
  if (const JsonRef method = message.get("method")) {
    if (method.kind() != JsonKind::string) return seen;
    seen.method = method.string();
    seen.params = message.get("params");
    if (!id) {
      seen.kind = McpMessage::Kind::notification;
    } else if (is_id(id)) {
      seen.kind = McpMessage::Kind::request;
      seen.id = id;
    }
    return seen;
  }
  // Whatever else a program prints is no answer; a broken answer is one, so that nobody waits for a better one.
  if (id) seen.asked = number_of_request(id.dump());
  const bool complete = message.get("result") || message.get("error");
  if (message.get("jsonrpc").text() == "2.0" ? complete || id : complete && seen.asked) seen.kind = McpMessage::Kind::answer;
  return seen;
}

std::optional<std::int64_t> number_of_request(std::string_view id) {
  if (id.size() > 2 && id.starts_with('"') && id.ends_with('"')) id = id.substr(1, id.size() - 2);
  if (const auto dot = id.find('.'); dot != std::string_view::npos && id.find_first_not_of('0', dot + 1) == std::string_view::npos)
    id = id.substr(0, dot);
  std::int64_t number = 0;
  if (!read_number(id, number)) return std::nullopt;
  return number;
}

std::string rpc_request(std::int64_t id, std::string_view method, std::string_view params) {
  return json_object("jsonrpc", "2.0", "id", id, "method", method, "params", given(params)).text;
}

std::string rpc_notification(std::string_view method, std::string_view params) {
  return json_object("jsonrpc", "2.0", "method", method, "params", given(params)).text;
}

std::string rpc_result(JsonRef id, std::string_view result) {
  return json_object("jsonrpc", "2.0", "id", RawJson{id.dump()}, "result", RawJson{std::string(result)}).text;
}

std::string rpc_error(JsonRef id, int code, std::string_view message) {
  return json_object("jsonrpc", "2.0", "id", RawJson{id.dump()}, "error", json_object("code", code, "message", message)).text;
}

}  // namespace facio::serve
