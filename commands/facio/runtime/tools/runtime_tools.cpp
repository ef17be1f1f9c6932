// Tools with which the agent manages its runtime: jobs, peers and MCP servers.
#include "cli/core/time.hpp"
#include "commands/facio/audit/server/change_event.hpp"
#include "commands/facio/cron/server/service.hpp"
#include "commands/facio/mcp/server/service.hpp"
#include "commands/facio/peers/server/service.hpp"
#include "commands/facio/runtime/tools/builtin_tools.hpp"
#include "commands/serve/store/store.hpp"

namespace facio::serve {
namespace {

struct CronRemove {
  std::string id;

  static constexpr ShapeHead shape{"CronRemove", "Which job to remove"};
  static constexpr auto fields() { return Fields{field("id", &CronRemove::id, "id of the job", {.not_blank = true})}; }
};

std::string job_line(const CronJob& job) {
  std::string line = job.id + "  " + job.name + "  ";
  if (job.schedule.expr) line += "cron " + *job.schedule.expr + (job.schedule.tz ? " " + *job.schedule.tz : "");
  else if (job.schedule.every_ms) line += "every " + std::to_string(*job.schedule.every_ms) + " ms";
  else if (job.schedule.at_ms) line += "at " + format_rfc3339(*job.schedule.at_ms);
  line += job.enabled ? "" : "  paused";
  if (job.state.next_run_at_ms) line += "  next " + format_rfc3339(*job.state.next_run_at_ms);
  if (job.state.last_status) line += "  last " + *job.state.last_status;
  return line;
}

std::string jobs_list(const std::vector<CronJob>& jobs) {
  std::string out;
  for (const CronJob& job : jobs) out += job_line(job) + "\n";
  return out.empty() ? "there are no jobs" : out;
}

struct CallPeer {
  std::string alias, message;
  std::optional<std::string> conversation, task;
  std::optional<std::int64_t> timeout;

  static constexpr ShapeHead shape{"CallPeer", "What to say to which peer"};
  static constexpr auto fields() {
    using C = CallPeer;
    return Fields{field("alias", &C::alias, "name of the peer, as list_peers shows it", {.not_blank = true, .pattern = "alias"}),
                  field("message", &C::message, "the message", {.not_blank = true}),
                  field("conversation", &C::conversation, "conversation to go on with, from an earlier answer"),
                  field("task", &C::task, "task that asked something, from an earlier answer: the message answers it"),
                  field("timeout", &C::timeout, "longest wait for the answer",
                        {.format = Format::seconds, .min = 1, .max = 600, .default_text = "60"})};
  }
};

std::string peers_list(const PeerList& peers) {
  std::string out;
  for (const Peer& peer : peers.items) out += peer.alias + (peer.description ? "  " + *peer.description : "") + "\n";
  return out.empty() ? "there are no peers" : out;
}

ToolOutput reply_output(const PeerReply& reply) {
  std::string remark = reply.state == "completed" ? "" : "state " + reply.state;
  if (reply.statusMessage && *reply.statusMessage != reply.reply) remark += (remark.empty() ? "" : ": ") + *reply.statusMessage;
  if (reply.taskId && (reply.state == "input-required" || reply.state == "auth-required")) remark += ", task " + *reply.taskId;
  if (reply.contextId) remark += (remark.empty() ? "" : ", ") + ("conversation " + *reply.contextId);
  std::string text = reply.reply;
  for (const RawJson& data : reply.data.value_or(std::vector<RawJson>())) text += (text.empty() ? "" : "\n") + data.text;
  for (const PeerFile& file : reply.files.value_or(std::vector<PeerFile>()))
    text += (text.empty() ? "[file " : "\n[file ") + file.name.value_or("without a name") + (file.uri ? " at " + *file.uri : "") + "]";
  if (!remark.empty()) text += (text.empty() ? "[" : "\n[") + remark + "]";
  return {.text = std::move(text), .failed = reply.state == "failed" || reply.state == "rejected" || reply.state == "canceled"};
}

constexpr std::string_view kActions[] = {"list", "add", "remove", "enable", "disable", "restart"};

struct ManageMcp : McpConfig {
  std::string action;
  std::optional<std::string> name;

  static constexpr ShapeHead shape{"ManageMcp", "What to do with which MCP server; beside action and name, the configuration is for add"};
  static constexpr auto fields() {
    return joined(Fields{field("action", &ManageMcp::action, "what to do", {.choices = kActions}),
                         field("name", &ManageMcp::name, "name of the server", {.pattern = "mcp-name"})},
                  inherited<ManageMcp>(McpConfig::fields()));
  }
};

std::string server_line(const McpServer& server) {
  std::string line = server.name + "  " + server.transport + "  ";
  line += !server.enabled ? "disabled" : server.connected ? "connected" : "not connected";
  if (server.error) line += ": " + *server.error;
  for (std::size_t i = 0; i < server.tools.size(); ++i) line += (i == 0 ? "; tools: " : ", ") + server.tools[i];
  return line;
}

Result<std::string> servers_list(McpService& mcp, const std::string& agent) {
  return mcp.list(agent).map([](const McpList& servers) {
    std::string out;
    for (const McpServer& server : servers.items) out += server_line(server) + "\n";
    return out.empty() ? "there are no MCP servers" : out;
  });
}

/// The body of the API's create: the arguments without the tool's own.
Result<McpServer> add_server(McpService& mcp, const std::string& agent, JsonRef arguments, McpBy by) {
  JsonDocument body = JsonDocument::object();
  body.merge(arguments);
  body.erase("action");
  return mcp.add(agent, body.root(), by);
}

Result<std::string> change_server(McpService& mcp, const std::string& agent, const std::string& action, const std::string& name,
                                  JsonRef arguments, McpBy by) {
  if (action == "remove") return mcp.remove(agent, name).map([&](const McpDeleted&) { return "removed " + name; });
  if (action == "add") return add_server(mcp, agent, arguments, by).map(server_line);
  return (action == "restart" ? mcp.restart(agent, name) : mcp.switch_to(agent, name, action == "enable", by)).map(server_line);
}

/// The action as the API's own events name it.
std::string past_tense(const std::string& action) {
  if (action == "add") return "added";
  if (action == "restart") return "restarted";
  return action + "d";
}

}  // namespace

void add_cron_tools(ToolGroup& group, store::Store& store, CronService& cron) {
  group.add<NoArguments>("cron_list", "Lists the jobs that the agent runs by the clock: id, name, schedule, next and last run.",
                         [&cron](const ToolRun& run, const NoArguments&) { return cron.jobs(run.agent).map(jobs_list); });
  group.add_raw(
      "cron_add",
      "Plans a job: at its times the agent gets the message as a turn of its own. The schedule is {\"kind\":\"cron\",\"expr\":\"0 9 "
      "* * 1-5\"}, "
      "{\"kind\":\"every\",\"every_ms\":3600000} or {\"kind\":\"at\",\"at_ms\":…}.",
      shape_of<CronCreate>, [&store, &cron](const ToolRun& run, JsonRef arguments) -> Result<ToolOutput> {
        std::optional<CronJob> made;
        const Status status = store.run([&](store::Transaction& tx) -> Status {
          auto job = cron.create(tx, run.agent, arguments);
          if (!job) return fail(std::move(job.error()));
          made = std::move(*job);
          return tx.append_audit(run.agent, agent_event(run, "cron_change", "added job " + made->id,
                                                        event_details("action", "added", "job", made->id, "name", made->name)));
        });
        if (!status) return fail(status.error());
        cron.announce(run.agent, *made);
        return ToolOutput{.text = "added " + job_line(*made)};
      });
  group.add<CronRemove>("cron_remove", "Removes a job; a run that goes on is not stopped.",
                        [&store, &cron](const ToolRun& run, const CronRemove& wanted) -> Result<std::string> {
                          const Status status = store.run([&](store::Transaction& tx) -> Status {
                            if (auto removed = cron.remove(tx, run.agent, wanted.id); !removed) return fail(std::move(removed.error()));
                            return tx.append_audit(run.agent, agent_event(run, "cron_change", "removed job " + wanted.id,
                                                                          event_details("action", "removed", "job", wanted.id)));
                          });
                          if (!status) return fail(status.error());
                          cron.announce_removed(run.agent, wanted.id);
                          return "removed " + wanted.id;
                        });
}

void add_peer_tools(ToolGroup& group, PeersService& peers) {
  group.add<NoArguments>("list_peers", "Lists the other agents that can be called: alias and what each is for.",
                         [&peers](const ToolRun& run, const NoArguments&) { return peers.list(run.agent).map(peers_list); });
  group.add<CallPeer>("call_peer", "Sends a message to another agent and gives its answer.",
                      [&peers](const ToolRun& run, const CallPeer& wanted) {
                        return peers
                            .call(run.agent, wanted.alias,
                                  {.message = wanted.message,
                                   .contextId = wanted.conversation,
                                   .taskId = wanted.task,
                                   .timeout_s = wanted.timeout.value_or(60)},
                                  run.cancel.fd())
                            .map(reply_output);
                      });
}

void add_mcp_tool(ToolGroup& group, store::Store& store, McpService& mcp) {
  group.add_raw("manage_mcp", "Lists, adds, removes, switches on or off, or restarts MCP servers, which give the agent further tools.",
                shape_of<ManageMcp>, [&store, &mcp](const ToolRun& run, JsonRef arguments) -> Result<ToolOutput> {
                  const std::string action = arguments.get("action").string();
                  if (action == "list") return output_of(servers_list(mcp, run.agent));
                  if (arguments.get("name").is_null()) return fail(Code::rejected, "name: is required for the action " + action);
                  const std::string name = arguments.get("name").string(), done = past_tense(action);
                  auto text = change_server(mcp, run.agent, action, name, arguments, run.agreed ? McpBy::person : McpBy::agent);
                  if (!text) return fail(std::move(text.error()));
                  const Status noted = store.run([&](store::Transaction& tx) {
                    return tx.append_audit(run.agent,
                                           agent_event(run, "mcp_change", done + " " + name, event_details("name", name, "action", done)));
                  });
                  if (!noted) return fail(noted.error());
                  return ToolOutput{.text = std::move(*text)};
                });
}

}  // namespace facio::serve
