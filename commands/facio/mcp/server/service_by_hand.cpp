// What an operator asks of one MCP server: calls of tools, a sign of life, its log.
#include <algorithm>
#include <chrono>

#include "cli/core/join.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/utf8.hpp"
#include "commands/facio/mcp/server/connection.hpp"
#include "commands/facio/mcp/server/journal.hpp"
#include "commands/facio/mcp/server/service.hpp"

namespace facio {
namespace {

using Steady = std::chrono::steady_clock;

/// What is offered, for who misspelt it.
std::string some_of(const std::vector<std::string>& tools) {
  constexpr std::size_t kMost = 20;
  if (tools.empty()) return "it offers none";
  const std::vector<std::string> first(tools.begin(), tools.begin() + static_cast<std::ptrdiff_t>(std::min(tools.size(), kMost)));
  return "it offers " + printable(joined(first, ", ")) + (tools.size() > kMost ? ", …" : "");
}

}  // namespace

Result<McpCalled> McpService::call_by_hand(std::string_view agent, std::string_view name, std::string_view tool, const McpCall& given,
                                           const serve::Cancel& cancel) {
  const auto server = state(agent, name);
  if (!server) return fail(server.error());
  const auto connection = find(agent, name);
  if (!server->connected || !connection)
    return fail(Code::conflict,
                "the MCP server \"" + std::string(name) + "\" is not connected" +
                    (server->enabled ? ": " + server->error.value_or("no reason is known") : ": it is switched off"),
                "facioctl mcp " + std::string(server->enabled ? "logs " : "enable ") + std::string(name));
  std::string own;
  for (const ServerTool& one : all_tools(agent))
    if (one.server == name && (one.tool == tool || one.info.name == tool || one.info.other_name == tool)) own = one.tool;
  if (own.empty())
    return fail(Code::not_found,
                "the MCP server \"" + std::string(name) + "\" has no tool \"" + printable(tool) + "\" that the agent may use; " +
                    some_of(server->tools),
                "facioctl mcp tools " + std::string(name));
  const auto arguments = JsonDocument::parse(given.arguments ? to_json(*given.arguments) : "{}");
  if (!arguments) return fail(arguments.error());
  const auto begun = Steady::now();
  serve::ToolOutput output = connection->call({{.agent = std::string(agent), .origin = "api"}, cancel}, own, arguments->root());
  if (cancel.cancelled()) return fail(cancel.error());
  return McpCalled{.server = std::string(name),
                   .tool = std::move(own),
                   .text = std::move(output.text),
                   .failed = output.failed,
                   .durationMs = std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now() - begun).count()};
}

Result<McpPing> McpService::ping(std::string_view agent, std::string_view name, const serve::Cancel& cancel) {
  const auto server = state(agent, name);
  if (!server) return fail(server.error());
  McpPing out{.name = std::string(name)};
  const auto connection = find(agent, name);
  if (!server->connected || !connection) {
    out.error = server->enabled ? server->error.value_or("not connected") : "switched off";
    return out;
  }
  const auto took = connection->ping(cancel);
  if (cancel.cancelled()) return fail(cancel.error());
  out.tools = static_cast<std::int64_t>(server->tools.size());
  out.ok = took.has_value();
  if (took) out.latencyMs = static_cast<double>(*took) / 1000;
  else out.error = took.error().message();
  return out;
}

/// Requires: mutex_ held.
std::shared_ptr<serve::McpJournal> McpService::journal(std::string_view agent, std::string_view name) {
  auto& journal = journals_[{std::string(agent), std::string(name)}];
  if (!journal) journal = std::make_shared<serve::McpJournal>(clock_);
  return journal;
}

Result<McpLog> McpService::logs(std::string_view agent, std::string_view name, std::optional<std::int64_t> after, std::int64_t limit) {
  if (const auto server = state(agent, name); !server) return fail(server.error());
  std::shared_ptr<serve::McpJournal> kept;
  {
    const std::lock_guard lock(mutex_);
    kept = journal(agent, name);
  }
  return kept->lines(after, limit);
}

}  // namespace facio
