// facioctl mcp approve: what an entry of mcp.json would start, compared with what was agreed to, and the question.
#include "cli/command_line/client.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/text.hpp"
#include "commands/facio/mcp/shapes.hpp"

namespace facio::mcp {
namespace {

/// The fields of two configurations that differ, as lines of a difference.
std::string difference(JsonRef before, JsonRef now) {
  std::string text;
  for (const Field& field : shape_of<McpConfig>.fields) {
    const JsonRef was = before.get(field.name), is = now.get(field.name);
    const std::string old_text = was.is_null() ? "" : was.dump(), new_text = is.is_null() ? "" : is.dump();
    const std::string name = "  " + std::string(field.name) + ": ";
    if (old_text == new_text) continue;
    if (!old_text.empty()) text += "-" + name + printable(old_text) + "\n";
    if (!new_text.empty()) text += "+" + name + printable(new_text) + "\n";
  }
  return text.empty() ? "   (nothing visible: a masked value of env or headers, or a file)\n" : text;
}

Result<int> agree(Client& client, const std::string& name, const std::string& digest) {
  if (auto status = client.confirm("Approve the MCP server " + printable(name)); !status) return fail(std::move(status.error()));
  return with_reply(client, client.request_to("mcp.approve", {{"name", name}}, to_json(McpApprove{digest})),
                    [&](const Response& response) { return print_reply(client, response); });
}

}  // namespace

Result<int> approve(Client& client) {
  const Invocation& invocation = client.invocation();
  const std::string name(invocation.value("name"));
  if (const JsonRef digest = invocation.body.root().get("digest"); digest.is(JsonKind::string)) return agree(client, name, digest.string());
  if (invocation.global.only_shows())
    return client.request_to("mcp.get", {{"name", name}}).and_then([&](const Request& made) { return send_and_print(client, made); });
  const auto reply = client.ask("mcp.get", {{"name", name}});
  if (!reply) return fail(reply.error());
  const auto server = from_json<McpServerDetail>(reply->root());
  if (!server) return fail(server.error());
  if (!server->approval)
    return fail(Code::conflict, "the MCP server " + printable(name) + " needs no approval", "facioctl mcp get " + printable(name));
  const std::string text = printable(name) + ": " + printable(server->approval->why) + "\n" +
                           difference(reply->root().find("approval.agreed"), reply->root().get("config"));
  if (auto status = client.streams().err.write(text); !status) return fail(std::move(status.error()));
  return agree(client, name, server->approval->digest);
}

}  // namespace facio::mcp
