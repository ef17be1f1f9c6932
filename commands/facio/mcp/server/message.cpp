#include "commands/facio/mcp/server/message.hpp"

namespace facio::serve {
namespace {

constexpr std::string_view kStart = R"({"jsonrpc":"2.0")";

bool is_id(JsonRef id) { return id && (id.kind() == JsonKind::string || id.kind() == JsonKind::integer); }

void add_call(std::string& out, std::string_view method, std::string_view params) {
  out += R"(,"method":)";
  append_json_string(out, method);
  if (!params.empty()) (out += R"(,"params":)") += params;
  out += '}';
}

}  // namespace

McpMessage look_at(JsonRef message) {
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
  std::string out(kStart);
  out += R"(,"id":)" + std::to_string(id);
  add_call(out, method, params);
  return out;
}

std::string rpc_notification(std::string_view method, std::string_view params) {
  std::string out(kStart);
  add_call(out, method, params);
  return out;
}

std::string rpc_result(JsonRef id, std::string_view result) {
  std::string out(kStart);
  out += R"(,"id":)" + id.dump() + R"(,"result":)";
  return (out += result) += '}';
}

std::string rpc_error(JsonRef id, int code, std::string_view message) {
  std::string out(kStart);
  out += R"(,"id":)" + id.dump() + R"(,"error":{"code":)" + std::to_string(code) + R"(,"message":)";
  append_json_string(out, message);
  return out += "}}";
}

}  // namespace facio::serve
