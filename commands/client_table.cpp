#include <algorithm>

#include "cli/command_line/client.hpp"
#include "cli/core/short_text.hpp"

// Commands with a function of their own: area, function below the area's client/, id. Sorted by id.
#define FACIO_COMMANDS(X)                                    \
  X(manifest, adopt, "adopt")                                \
  X(agent, restart, "agent.restart")                         \
  X(api, call, "api")                                        \
  X(manifest, applies, "applies")                            \
  X(manifest, apply, "apply")                                \
  X(approvals, approve, "approvals.approve")                 \
  X(approvals, reject, "approvals.reject")                   \
  X(approvals, watch, "approvals.watch")                     \
  X(audit, export_log, "audit.export")                       \
  X(audit, grep, "audit.grep")                               \
  X(audit, log, "audit.log")                                 \
  X(audit, run_of, "audit.run")                              \
  X(audit, show_one, "audit.show")                           \
  X(audit, stats, "audit.stats")                             \
  X(audit, stream, "audit.stream")                           \
  X(audit, verify, "audit.verify")                           \
  X(audit, witness, "audit.witness")                         \
  X(auth, login, "auth.login")                               \
  X(auth, logout, "auth.logout")                             \
  X(auth, migrate, "auth.migrate")                           \
  X(auth, status, "auth.status")                             \
  X(channels, check, "channels.check")                       \
  X(channels, remove, "channels.delete")                     \
  X(channels, set, "channels.set")                           \
  X(chat, send, "chat.send")                                 \
  X(manifest, clone, "clone")                                \
  X(completion, script, "completion")                        \
  X(config, edit, "config.edit")                             \
  X(config, explain, "config.explain")                       \
  X(config, get, "config.get")                               \
  X(config, path, "config.path")                             \
  X(config, set, "config.set")                               \
  X(config, unset, "config.unset")                           \
  X(config, validate, "config.validate")                     \
  X(config, view, "config.view")                             \
  X(manifest, confirm, "confirm")                            \
  X(context, add, "context.add")                             \
  X(context, list, "context.list")                           \
  X(context, remove, "context.remove")                       \
  X(context, show, "context.show")                           \
  X(context, test, "context.test")                           \
  X(context, use, "context.use")                             \
  X(credentials, expose, "credentials.expose")               \
  X(credentials, lint, "credentials.lint")                   \
  X(credentials, unexpose, "credentials.unexpose")           \
  X(credentials, users, "credentials.users")                 \
  X(cron, create, "cron.create")                             \
  X(cron, history, "cron.history")                           \
  X(cron, run_now, "cron.run-now")                           \
  X(cron, update, "cron.update")                             \
  X(manifest, diff, "diff")                                  \
  X(doctor, run, "doctor")                                   \
  X(manifest, drift, "drift")                                \
  X(manifest, export_agent, "export")                        \
  X(manifest, forget, "forget")                              \
  X(health, get, "health.get")                               \
  X(help, explain, "help")                                   \
  X(improvement, review, "improvement.review")               \
  X(librefang::talk, attach, "librefang.agents.attach")      \
  X(librefang::talk, chat, "librefang.agents.chat")          \
  X(librefang, upload, "librefang.agents.upload")            \
  X(librefang::audit, list, "librefang.audit.list")          \
  X(librefang::audit, stats, "librefang.audit.stats")        \
  X(librefang::audit, verify, "librefang.audit.verify")      \
  X(librefang::audit, comms, "librefang.comms.stream")       \
  X(librefang, export_config, "librefang.config.export")     \
  X(librefang, set_setting, "librefang.config.set")          \
  X(librefang, hook, "librefang.hooks.agent")                \
  X(librefang, hook, "librefang.hooks.wake")                 \
  X(librefang::audit, logs, "librefang.logs.stream")         \
  X(librefang, call, "librefang.mcp.call")                   \
  X(librefang, tools, "librefang.mcp.tools")                 \
  X(librefang, pair, "librefang.pairing.complete")           \
  X(librefang, rotate_key, "librefang.users.rotate-key")     \
  X(librefang, write_workflow, "librefang.workflows.create") \
  X(librefang, write_workflow, "librefang.workflows.update") \
  X(man, show, "man")                                        \
  X(mcp, add, "mcp.add")                                     \
  X(mcp, approve, "mcp.approve")                             \
  X(mcp, call, "mcp.call")                                   \
  X(mcp, check, "mcp.check")                                 \
  X(mcp, connect, "mcp.enable")                              \
  X(mcp, import_file, "mcp.import")                          \
  X(mcp, login, "mcp.login")                                 \
  X(mcp, logs, "mcp.logs")                                   \
  X(mcp, ping, "mcp.ping")                                   \
  X(mcp, poll_login, "mcp.poll")                             \
  X(mcp, connect, "mcp.restart")                             \
  X(mcp, tools, "mcp.tools")                                 \
  X(openapi, document, "openapi")                            \
  X(peers, call, "peers.call")                               \
  X(placet, agents, "placet.agents")                         \
  X(placet, clear, "placet.clear-management")                \
  X(placet, change, "placet.delete-webhook")                 \
  X(placet, login, "placet.login")                           \
  X(placet, logout, "placet.logout")                         \
  X(placet, refresh, "placet.refresh")                       \
  X(placet, rotate, "placet.rotate-management")              \
  X(placet, change, "placet.set-management")                 \
  X(placet, change, "placet.set-subagent")                   \
  X(placet, change, "placet.set-webhook")                    \
  X(manifest, plan_only, "plan")                             \
  X(plugin, list, "plugin.list")                             \
  X(policy, add_rule, "policy.add")                          \
  X(policy, add, "policy.allow")                             \
  X(policy, add, "policy.deny")                              \
  X(policy, remove, "policy.remove")                         \
  X(policy, replay, "policy.replay")                         \
  X(policy, set, "policy.set")                               \
  X(policy, test, "policy.test")                             \
  X(providers, create, "providers.create")                   \
  X(providers, login, "providers.login")                     \
  X(providers, poll, "providers.poll")                       \
  X(providers, set, "providers.set")                         \
  X(manifest, rollback, "rollback")                          \
  X(audit, get_run, "runs.get")                              \
  X(audit, list_runs, "runs.list")                           \
  X(schema, dump, "schema")                                  \
  X(sessions, remove, "sessions.delete")                     \
  X(sessions, export_all, "sessions.export")                 \
  X(sessions, get, "sessions.get")                           \
  X(sessions, prune, "sessions.prune")                       \
  X(settings, get, "settings.get")                           \
  X(settings, set, "settings.set")                           \
  X(context, shell_init, "shell-init")                       \
  X(skills, edit, "skills.edit")                             \
  X(skills, install, "skills.install")                       \
  X(skills, pack, "skills.pack")                             \
  X(top, show, "top")                                        \
  X(usage, get, "usage.get")                                 \
  X(manifest, validate_files, "validate")                    \
  X(version, show, "version")                                \
  X(wait, run, "wait")                                       \
  X(workspace, cat, "workspace.cat")                         \
  X(workspace, edit, "workspace.edit")                       \
  X(workspace, pull, "workspace.pull")                       \
  X(workspace, push, "workspace.push")                       \
  X(workspace, put, "workspace.put")                         \
  X(workspace, rm, "workspace.rm")                           \
  X(workspace, tree, "workspace.tree")

namespace facio {

#define FACIO_DECLARE(area, function, id) \
  namespace area {                        \
  Result<int> function(Client&);          \
  }
FACIO_COMMANDS(FACIO_DECLARE)
#undef FACIO_DECLARE

ClientFunction client_function(std::string_view id) {
#define FACIO_ID(area, function, id) ShortText<47>(id),
  static constexpr ShortText<47> kIds[] = {FACIO_COMMANDS(FACIO_ID)};
#undef FACIO_ID
  constexpr auto text = [](const ShortText<47>& one) { return std::string_view(one); };
  static_assert(std::ranges::is_sorted(kIds, {}, text));
  const auto found = std::ranges::lower_bound(kIds, id, {}, text);
  if (found == std::end(kIds) || text(*found) != id) return nullptr;
  // No table of pointers: each of them would be set at every start.
  constexpr int kFirst = __COUNTER__ + 1;
#define FACIO_CASE(area, function, id) \
  case __COUNTER__ - kFirst: return &area::function;
  // NOLINTNEXTLINE(bugprone-branch-clone): several commands may have one function
  switch (found - std::begin(kIds)) { FACIO_COMMANDS(FACIO_CASE) }
#undef FACIO_CASE
  return nullptr;
}

}  // namespace facio
