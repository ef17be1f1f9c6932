#include "commands/facio/mcp/server/message.hpp"

#include "cli/core/shape_json.hpp"

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
  if (!id.is(JsonKind::integer) || (!message.get("result") && !message.get("error"))) return seen;
  seen.kind = McpMessage::Kind::answer;
  seen.id = id;
  return seen;
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
