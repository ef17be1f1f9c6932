#include "commands/facio/manifest/client/probes.hpp"

#include <poll.h>

#include <algorithm>

#include "cli/command_line/patience.hpp"
#include "cli/core/regex.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/output/render.hpp"
#include "cli/process/process.hpp"

namespace facio::manifest {
namespace {

constexpr std::string_view kMatches = "=~";
constexpr std::string_view kShell = "/bin/sh";

struct Probe {
  std::string_view kind, argument;
};

Probe parts(std::string_view probe) {
  const auto colon = probe.find(':');
  return {probe.substr(0, colon), colon == std::string_view::npos ? std::string_view() : probe.substr(colon + 1)};
}

Status failed(std::string why) { return fail(Code::failed, std::move(why)); }

Status ask_health(Client& client) {
  const auto answer = client.ask("health.get");
  if (!answer) return fail(answer.error());
  const std::string& status = answer->root().get("status").text();
  return status == "ok" || status == "healthy" || status.empty() ? Status() : failed("the agent's health is " + printable(status));
}

Status ask_servers(Client& client, std::string_view name) {
  const auto answer = client.ask("mcp.list");
  if (!answer) return fail(answer.error());
  const JsonRef items = answer->root().get("items");
  bool found = name == "all";
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::string& own = items.at(i).get("name").text();
    if (name != "all" && name != own) continue;
    found = true;
    if (name != "all" || items.at(i).get("enabled").is_true())
      if (!items.at(i).get("connected").is_true())
        return failed("the MCP server " + printable(own) + " is not connected: " + printable(items.at(i).get("error").text()));
  }
  return found ? Status() : failed("there is no MCP server " + printable(name));
}

/// The last run of a job: when it began, and how it ended.
Result<std::pair<std::int64_t, std::string>> last_run(Client& client, const std::string& id) {
  const auto job = client.ask("cron.get", {{"id", id}});
  if (!job) return fail(job.error());
  const JsonRef at = job->root().find("state.last_run_at_ms");
  return std::pair{at.is(JsonKind::integer) ? at.integer() : 0, job->root().find("state.last_status").text()};
}

Status run_job(Client& client, const std::string& name) {
  constexpr std::chrono::minutes kLongest{2};
  const auto jobs = find_kind("cron")->read(client, {});
  if (!jobs) return fail(jobs.error());
  const auto job = jobs->find(name);
  if (job == jobs->end()) return failed("there is no job " + printable(name));
  const std::string& id = job->second.id;
  const auto before = last_run(client, id);
  if (!before) return fail(before.error());
  if (auto queued = client.ask("cron.run-now", {{"id", id}}); !queued) return fail(std::move(queued.error()));
  for (Patience patience(kLongest); !patience.is_over(); patience.pause()) {
    const auto now = last_run(client, id);
    if (!now) return fail(now.error());
    if (now->first <= before->first) continue;
    return now->second == "ok" ? Status() : failed("the job " + printable(name) + " ended with " + printable(now->second));
  }
  return failed("the job " + printable(name) + " has not ended within 2 minutes");
}

Status talk(Client& client, std::string_view argument) {
  const auto at = argument.rfind(kMatches);
  const std::string_view text = argument.substr(0, at);
  auto body = JsonDocument::object();
  std::string message = R"([{"role":"user","content":)";
  append_json_string(message, text);
  if (auto set = body.set_json("messages", message + "}]"); !set) return set;
  body.set_string("session_id", "probe-" + std::to_string(std::hash<std::string_view>{}(argument)));
  const auto answer = client.ask("chat.send", {}, body.dump());
  if (!answer) return fail(answer.error());
  const JsonRef choices = answer->root().get("choices");
  const std::string said = choices.size() == 0 ? std::string() : choices.at(0).find("message.content").text();
  if (said.empty()) return failed("the agent answered nothing");
  if (at == std::string_view::npos) return {};
  const auto wanted = Regex::compile(std::string(argument.substr(at + kMatches.size())));
  if (!wanted) return fail(wanted.error());
  return wanted->found_in(said) ? Status() : failed("the agent's answer does not match: " + printable(shortened(said, 200)));
}

Status execute(std::string_view command, std::chrono::milliseconds longest) {
  auto process = Process::start({.path = std::string(kShell),
                                 .words = {"sh", "-c", std::string(command)},
                                 .environment = own_environment(),
                                 .streams = {StreamEnd::nothing, StreamEnd::nothing, StreamEnd::nothing}});
  if (!process) return fail(std::move(process.error()));
  pollfd end{process->end.get(), POLLIN, 0};
  if (end.fd >= 0 && ::poll(&end, 1, static_cast<int>(longest.count())) <= 0) return failed("the command has not ended in time");
  const int code = process->wait();
  return code == 0 ? Status() : failed("the command ended with exit code " + std::to_string(code));
}

}  // namespace

Status check_probe(const std::string& probe) {
  const auto [kind, argument] = parts(probe);
  const bool with = kind == "mcp" || kind == "cron" || kind == "chat" || kind == "exec";
  if (kind == "health" && argument.empty() && probe == "health") return {};
  if (with && !argument.empty()) {
    const auto at = kind == "chat" ? argument.rfind(kMatches) : std::string_view::npos;
    if (at == std::string_view::npos) return {};
    if (auto compiled = Regex::compile(std::string(argument.substr(at + kMatches.size()))); !compiled)
      return fail_field(Code::usage, "--probe", "--probe: " + compiled.error().message());
    return {};
  }
  return fail_field(
      Code::usage, "--probe",
      "--probe: '" + printable(probe) + "' is none of health, mcp:all, mcp:NAME, cron:NAME, chat:TEXT[=~REGEX], exec:COMMAND");
}

std::vector<std::string> default_probes(const Plan& plan) {
  bool servers = false, talks = false;
  for (const Step& step : plan.steps) {
    if (!step.writes()) continue;
    const std::string_view kind = step.kind->name();
    servers = servers || kind == "mcp" || kind == "credentials";
    talks = talks || kind == "providers" || kind == "settings" || kind == "policy" || kind == "rules";
  }
  std::vector<std::string> probes = {"health"};
  if (servers) probes.emplace_back("mcp:all");
  if (talks) probes.emplace_back("chat:Answer with the word OK.");
  return probes;
}

Status run_probe(Client& client, const std::string& probe, std::chrono::milliseconds longest) {
  const auto [kind, argument] = parts(probe);
  if (kind == "health") return ask_health(client);
  if (kind == "mcp") return ask_servers(client, argument);
  if (kind == "cron") return run_job(client, std::string(argument));
  if (kind == "chat") return talk(client, argument);
  return execute(argument, longest);
}

}  // namespace facio::manifest
