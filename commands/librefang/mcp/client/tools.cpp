// facioctl librefang mcp tools, mcp call: the daemon as an MCP server.
#include "cli/command_line/client.hpp"
#include "cli/core/utf8.hpp"
#include "cli/output/text_lines.hpp"

namespace facio::librefang {
namespace {

Result<Request> request_of(Client& client, std::string_view method, JsonRef params) {
  auto body = JsonDocument::object();
  body.set_string("jsonrpc", "2.0");
  body.set_string("id", "1");
  body.set_string("method", method);
  if (params) body.set("params", params);
  return client.request_to("librefang.mcp.request", {}, body.dump());
}

/// The failure of a JSON-RPC answer.
Status checked(JsonRef answer) {
  constexpr std::int64_t kInvalidParams = -32602;  // also a tool that does not exist
  const JsonRef error = answer.get("error");
  if (error.is_null()) return {};
  const bool is_unknown = error.get("code").is(JsonKind::integer) && error.get("code").integer() == kInvalidParams;
  return fail(is_unknown ? Code::not_found : Code::failed, "the daemon says: " + printable(error.get("message").text()),
              is_unknown ? "facioctl librefang mcp tools" : "");
}

/// The texts of a tool's answer, one below the other.
std::string texts_of(JsonRef content) {
  std::string text;
  for (std::size_t at = 0; at < content.size(); ++at)
    if (const std::string& part = content.at(at).get("text").text(); !part.empty()) text += (text.empty() ? "" : "\n") + part;
  return text;
}

}  // namespace

Result<int> tools(Client& client) {
  return with_json(client, request_of(client, "tools/list", {}), [&client](JsonDocument& answer) -> Result<int> {
    if (auto status = checked(answer.root()); !status) return fail(std::move(status.error()));
    auto list = JsonDocument::object();
    (void)list.set_json("items", "[]");
    if (const JsonRef all = answer.root().find("result.tools")) list.set("items", all);
    return print_reply(client, *client.invocation().endpoint, list.dump());
  });
}

Result<int> call(Client& client) {
  const Invocation& invocation = client.invocation();
  const std::string tool(invocation.value("tool"));
  const auto arguments = JsonDocument::parse(invocation.given("arguments") ? invocation.value("arguments") : "{}");
  if (!arguments || !arguments->root().is(JsonKind::object))
    return fail(
        Error(Code::usage, "--arguments must be a JSON object").with_field("--arguments").with_hint("--arguments '{\"path\": \".\"}'"));
  auto params = JsonDocument::object();
  params.set_string("name", tool);
  params.set("arguments", arguments->root());
  return with_json(client, request_of(client, "tools/call", params.root()), [&](JsonDocument& answer) -> Result<int> {
    if (auto status = checked(answer.root()); !status) return fail(std::move(status.error()));
    const JsonRef result = answer.root().get("result");
    const bool failed = result.get("isError").is(JsonKind::boolean) && result.get("isError").boolean();
    auto called = JsonDocument::object();
    called.set_string("tool", tool);
    called.set_boolean("failed", failed);
    called.set_string("text", texts_of(result.get("content")));
    called.set("content", result.get("content"));
    const GlobalOptions& global = invocation.global;
    auto printed = global.output_given
                       ? print_reply(client, *invocation.endpoint, called.dump())
                       : exit_code(client.streams().out.write(text_lines(called.root().get("text").text(), global.output.terminal)));
    if (!printed || !failed) return printed;
    return fail(Code::failed, "the tool " + printable(tool) + " failed, and says why above");
  });
}

}  // namespace facio::librefang
