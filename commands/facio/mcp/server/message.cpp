#include "commands/facio/mcp/server/message.hpp"

namespace facio::serve {
namespace {

bool is_id(JsonRef id) { return id && (id.kind() == JsonKind::string || id.kind() == JsonKind::integer); }

std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

/// `member`: the first member behind "jsonrpc", if any.
std::string call(const std::string& member, std::string_view method, std::string_view params) {
  std::string out = R"({"jsonrpc":"2.0",)" + member + R"("method":)" + quoted(method);
  if (!params.empty()) (out += R"(,"params":)") += params;
  return out += '}';
}

std::string answer(JsonRef id, const std::string& member) { return R"({"jsonrpc":"2.0","id":)" + id.dump() + "," + member + "}"; }

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
  return call(R"("id":)" + std::to_string(id) + ",", method, params);
}

std::string rpc_notification(std::string_view method, std::string_view params) { return call({}, method, params); }

std::string rpc_result(JsonRef id, std::string_view result) { return answer(id, R"("result":)" + std::string(result)); }

std::string rpc_error(JsonRef id, int code, std::string_view message) {
  return answer(id, R"("error":{"code":)" + std::to_string(code) + R"(,"message":)" + quoted(message) + "}");
}

}  // namespace facio::serve
