#include "commands/local/wait/condition.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "cli/command_line/meant.hpp"
#include "cli/core/join.hpp"
#include "cli/core/text.hpp"
#include "cli/core/time.hpp"

namespace facio::wait {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLongestAnswer{15'000};

bool is_true(JsonRef value) { return value.is(JsonKind::boolean) && value.boolean(); }

/// Asks for one condition and judges the answer.
class Look {
 public:
  Look(Client& client, Condition& condition, milliseconds longest)
      : client_(client), condition_(condition), longest_(std::min(longest, kLongestAnswer)) {}

  Result<Seen> ready() {
    return ask_health().map([](const JsonDocument&) { return Seen{true, "it answers"}; });
  }

  Result<Seen> health() {
    auto answer = ask_health();
    if (!answer) return fail(std::move(answer.error()));
    const std::string status = answer->root().find(client_.system().checkup.health_value).text();
    return Seen{status == condition_.state, status.empty() ? "not reported" : status};
  }

  Result<Seen> agent() {
    auto answer = ask("agent.status");
    if (!answer) return fail(std::move(answer.error()));
    const std::string now = is_true(answer->root().get("busy")) ? "busy" : "idle";
    return Seen{now == condition_.state, now};
  }

  Result<Seen> cron() {
    auto list = ask("cron.list");
    if (!list) return fail(std::move(list.error()));
    const JsonRef items = list->root().get("items");
    std::vector<NamedThing> jobs;
    for (std::size_t i = 0; i < items.size(); ++i) jobs.push_back({items.at(i).get("id").text(), items.at(i).get("name").text()});
    // What is waited for to be gone must not be taken for another with a longer name.
    auto id = meant(condition_.name, jobs, condition_.state == "gone" ? std::string::npos : 1);
    if (!id) return fail(std::move(id.error()));
    if (!id->empty()) return job_state(items.at(static_cast<std::size_t>(std::ranges::find(jobs, *id, &NamedThing::id) - jobs.begin())));
    if (condition_.seen && delete_after_run_ && condition_.state != "error") return Seen{true, "it ran and was deleted"};
    return absent("cron job", "facioctl cron list");
  }

  Result<Seen> mcp() {
    auto server = ask("mcp.get", {{"name", condition_.name}});
    if (!server) return absent_or(std::move(server.error()), "MCP server", "facioctl mcp list");
    condition_.seen = true;
    JsonRef root = server->root();
    if (const JsonRef wrapped = root.get("server")) root = wrapped;
    know(root.get("name"));
    const bool connected = is_true(root.get("connected"));
    const JsonRef enabled = root.get("enabled");
    std::string now = connected ? "connected" : enabled && !is_true(enabled) ? "disabled" : "disconnected";
    const bool met = condition_.state == (connected ? "connected" : "disconnected");
    if (const std::string why = root.get("error").text(); !connected && !why.empty()) now += ": " + why;
    return Seen{met, std::move(now)};
  }

  Result<Seen> channel() {
    auto found = ask("channels.get", {{"name", condition_.name}});
    if (!found) return absent_or(std::move(found.error()), "channel", "facioctl channels list");
    condition_.seen = true;
    know(found->root().get("name"));
    const std::string now = is_true(found->root().find("config.enabled")) ? "enabled" : "disabled";
    return Seen{now == condition_.state, now};
  }

  Result<Seen> run() {
    auto events = ask("audit.run", {{"runId", condition_.name}});
    if (!events) return absent_or(std::move(events.error()), "run", "facioctl runs list");
    condition_.seen = true;
    know(events->root().get("run_id"));
    const JsonRef items = events->root().get("items");
    for (std::size_t i = items.size(); i-- > 0;) {
      const std::string event = items.at(i).get("event").text();
      if (event != "message_out" && event != "error" && event != "cron_run") continue;
      const std::string status = items.at(i).get("status").text();
      const std::string now = event == "error" || status == "error" ? "error" : "ok";
      return Seen{condition_.state == "done" || condition_.state == now, "it ended: " + now};
    }
    return Seen{false, "it is still running, " + std::to_string(items.size()) + " events so far"};
  }

  /// A thing whose system says where to find its state.
  Result<Seen> declared() {
    const Thing& thing = condition_.thing;
    if (thing.endpoint == nullptr) return fail(Code::unsupported, "it is unknown how " + condition_.kind + " is");
    Client::Values values;
    if (!condition_.name.empty() && !thing.endpoint->params.empty())
      values.emplace(thing.endpoint->params.front().field.name, condition_.name);
    auto answer = ask(thing.endpoint->id, std::move(values));
    if (!answer) return absent_or(std::move(answer.error()), condition_.kind.c_str(), "facioctl wait --help");
    condition_.seen = true;
    const JsonRef state = answer->root().find(thing.path);
    std::string now = state.is(JsonKind::string) ? state.string() : state ? state.dump() : "not reported";
    return Seen{now == condition_.state, std::move(now)};
  }

  Result<Seen> approval() {
    auto list = ask("approvals.list", {{"status", "pending"}});
    if (!list) return fail(std::move(list.error()));
    const std::size_t count = list->root().get("items").size();
    return Seen{(count == 0) == (condition_.state == "none"), count == 0 ? "none" : std::to_string(count) + " need a decision"};
  }

 private:
  Result<JsonDocument> ask_health() {
    if (auto target = client_.target(); !target) return fail(std::move(target.error()));
    const System& system = client_.system();
    if (system.checkup.health.empty()) return fail(Code::unsupported, "no endpoint of " + std::string(system.name) + " reports its health");
    return ask(system.checkup.health);
  }
  Result<JsonDocument> ask(std::string_view id, Client::Values values = {}) {
    auto request = client_.request_to(id, std::move(values));
    if (!request) return fail(std::move(request.error()));
    request->timeout_ms = static_cast<int>(std::max<std::int64_t>(longest_.count(), 1));
    request->by_name = !condition_.seen && condition_.state != "gone";
    return client_.send(*request).and_then(json_of);
  }
  /// From now on the thing is asked for by its whole name.
  void know(JsonRef name) {
    if (name.is(JsonKind::string) && !name.string().empty()) condition_.name = name.string();
  }

  Result<Seen> absent(const char* what, const char* hint) const {
    if (condition_.state == "gone") return Seen{true, "gone"};
    return fail(Code::not_found, std::string("there is no ") + what + " '" + printable(condition_.name) + "'", hint);
  }
  Result<Seen> absent_or(Error error, const char* what, const char* hint) const {
    if (error.code() == Code::not_found) return absent(what, hint);
    return fail(std::move(error));
  }

  Result<Seen> job_state(JsonRef job) {
    condition_.seen = true;
    delete_after_run_ = is_true(job.get("delete_after_run"));
    const JsonRef state = job.get("state");
    const JsonRef running = state.get("running_since_ms"), queued = state.get("queued_at_ms");
    if (!running.is_null())
      return Seen{false, "running" + (running.kind() == JsonKind::integer
                                          ? " for " + format_duration(std::max<std::int64_t>(now_ms() - running.integer(), 0))
                                          : "")};
    if (!queued.is_null()) return Seen{false, "queued"};
    const std::string last = state.get("last_status").text();
    if (last.empty()) return Seen{false, "it has not run yet"};
    const std::string why = state.get("last_error").text();
    return Seen{condition_.state == "done" || condition_.state == last, "the last run ended: " + last + (why.empty() ? "" : ", " + why)};
  }

  Client& client_;
  Condition& condition_;
  milliseconds longest_;
  bool& delete_after_run_ = condition_.removes_itself;
};

constexpr std::pair<std::string_view, Result<Seen> (Look::*)()> kLooks[] = {
    {"health", &Look::health},   {"agent", &Look::agent}, {"cron", &Look::cron},         {"mcp", &Look::mcp},
    {"channel", &Look::channel}, {"run", &Look::run},     {"approval", &Look::approval},
};

std::string_view kind_of(const Thing& thing) { return thing.word.substr(0, thing.word.size() - 1); }
bool has_name(const Thing& thing) { return thing.word.back() == '/'; }

/// The things that can be waited for in a context of `here`, its own first.
std::vector<Thing> things_at(const System* here) {
  std::vector<Thing> all;
  for (const System* system : systems_at(here))
    for (std::string_view lines = system->things; const auto thing = next_thing(lines);) all.push_back(*thing);
  return all;
}

tl::unexpected<Error> refuse(std::string_view text, const std::string& why) {
  return fail(Error(Code::usage, "--for: '" + printable(text) + "': " + why).with_field("--for").with_hint("facioctl wait --help"));
}

}  // namespace

Result<Condition> read_condition(std::string_view text, const System* here) {
  Condition condition;
  const auto equal = text.rfind('=');
  const std::string_view word = text.substr(0, equal);
  condition.kind = word.substr(0, word.find('/'));
  std::vector<Thing> things = things_at(here);
  const std::size_t own = things.size();
  // What only an agent has can be named in every context: the refusal then says more.
  std::ranges::move(things_at(nullptr), std::back_inserter(things));
  auto found = std::ranges::find(things, std::string_view(condition.kind), kind_of);
  if (found == things.end() && condition.kind.ends_with('s')) {
    condition.kind.pop_back();
    found = std::ranges::find(things, std::string_view(condition.kind), kind_of);
  }
  if (found == things.end()) {
    std::vector<std::string> known;
    for (std::size_t i = 0; i < own; ++i) known.push_back(std::string(kind_of(things[i])) + (has_name(things[i]) ? "/NAME" : ""));
    return refuse(text, "unknown kind of condition; known: " + joined(known));
  }
  condition.thing = *found;
  if (word.find('/') != std::string_view::npos) condition.name = word.substr(word.find('/') + 1);
  if (has_name(*found) == condition.name.empty())
    return refuse(text, has_name(*found) ? "which one? write " + condition.kind + "/NAME=STATE" : condition.kind + " has no name");
  if (equal != std::string_view::npos) condition.state = text.substr(equal + 1);
  else if (std::ranges::find(found->states, "done") != found->states.end()) condition.state = "done";
  if (std::ranges::find(found->states, std::string_view(condition.state)) == found->states.end())
    return refuse(text, "the state is one of " + joined(found->states));
  return condition;
}

Result<Seen> look(Client& client, Condition& condition, milliseconds longest) {
  const bool ready = condition.state.empty();
  auto how = ready ? &Look::ready : &Look::declared;
  for (const auto& [kind, own] : kLooks)
    if (kind == condition.kind && condition.thing.endpoint == nullptr) how = own;
  auto seen = (Look(client, condition, longest).*how)();
  if (seen) return seen;
  // The agent does not answer, or not properly: that may change.
  switch (seen.error().code()) {
    case Code::unreachable:
    case Code::timeout:
    case Code::throttled:
    case Code::internal:
    case Code::upstream_failed:
    case Code::upstream_timeout: return Seen{false, seen.error().message()};
    case Code::unavailable:
    case Code::server:
      if (ready || condition.kind == "health") return Seen{false, seen.error().message()};
      return seen;
    default: return seen;
  }
}

}  // namespace facio::wait
