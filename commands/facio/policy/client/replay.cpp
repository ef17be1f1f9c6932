// facioctl policy replay: decides the tool calls of the audit log by the present rules and by proposed ones.
#include <algorithm>

#include "cli/core/shape_json.hpp"
#include "cli/core/time.hpp"
#include "cli/output/render.hpp"
#include "commands/facio/policy/client/rules.hpp"

namespace facio::policy {
namespace {

constexpr std::size_t kPage = 1000;
constexpr std::int64_t kMonthMs = 30 * kDayMs;

/// The arguments from wherever events are known to have them: an object, or the text of one.
void read_arguments(JsonRef event, ToolCall& call) {
  JsonRef found;
  for (const JsonRef place : {event.get("details"), event})
    for (const char* name : {"arguments", "args", "params", "input"})
      if (!found && place.is(JsonKind::object)) found = place.get(name);
  JsonDocument parsed;
  if (found.is(JsonKind::string)) {
    auto text = JsonDocument::parse(found.string());  // fails for a text that was cut
    if (text) parsed = std::move(*text);
    found = parsed.root();
  }
  call.arguments_known = found.is(JsonKind::object);
  if (!call.arguments_known) return;
  for (std::size_t i = 0; i < found.size(); ++i) call.arguments[std::string(found.name_at(i))] = argument_text(found.at(i));
}

ToolCall call_of(JsonRef event) {
  ToolCall call;
  for (const char* name : {"tool_name", "toolName", "name"})
    if (call.tool.empty()) call.tool = event.get(name).text();
  call.origin = event.get("origin").text();
  read_arguments(event, call);
  return call;
}

/// Decides every call twice and collects the differences.
class Comparison {
 public:
  Comparison(Policy present, Policy proposed)
      : now_switches_(present.switches()),
        then_switches_(proposed.switches(now_switches_)),
        now_(std::move(present.rules)),
        then_(std::move(proposed.rules)) {}

  void look_at(JsonRef event) {
    const ToolCall call = call_of(event);
    ++report.calls;
    const Verdict before = now_.decide(now_switches_, call);
    const Verdict after = then_.decide(then_switches_, call);
    if (!before.certain || !after.certain) {
      ++report.unknown;
      return;
    }
    if (before.decision == after.decision) return;
    ++report.flipped;
    const std::string from(name_of(before.decision)), to(name_of(after.decision));
    auto [place, fresh] = places_.emplace(call.tool + "\n" + from + "\n" + to, report.items.size());
    if (fresh) report.items.push_back({.count = 0, .tool = call.tool, .from = from, .to = to, .example_ts = {}, .why = after.why});
    PolicyFlip& flip = report.items[place->second];
    ++flip.count;
    if (const std::string when = event.get("ts").text(); !when.empty()) flip.example_ts = when;
  }

  PolicyReplay report;

 private:
  const Switches now_switches_, then_switches_;
  const RuleSet now_, then_;
  std::map<std::string, std::size_t> places_;
};

using Query = std::map<std::string, std::string, std::less<>>;

/// One page of the log, oldest first. The end of the span is fixed, so that new events do not shift the pages.
Query page_query(const std::string& from, const std::string& to, std::size_t offset) {
  return {{"event", "tool_call"},
          {"from", from},
          {"to", to},
          {"sortBy", "ts"},
          {"sortDir", "asc"},
          {"limit", std::to_string(kPage)},
          {"offset", std::to_string(offset)}};
}

Status read_calls(Client& client, const std::string& from, const std::string& to, Comparison& comparison) {
  for (std::size_t offset = 0;;) {
    auto reply = client.ask("audit.list", page_query(from, to, offset));
    if (!reply) return fail(std::move(reply.error()));
    const JsonRef items = reply->root().get("items");
    if (!items.is(JsonKind::array)) return fail(Code::server, "the answer is not a list of audit events");
    for (std::size_t i = 0; i < items.size(); ++i) comparison.look_at(items.at(i));
    offset += items.size();
    const JsonRef more = reply->root().get("hasMore");
    const bool full = more.is_null() ? items.size() == kPage : more.boolean();
    if (!full || items.size() == 0) return {};
  }
}

std::string summary(const PolicyReplay& report) {
  std::string text = std::to_string(report.calls) + (report.calls == 1 ? " call, " : " calls, ");
  text += report.flipped == 0 ? "no decision changes"
                              : std::to_string(report.flipped) + (report.flipped == 1 ? " decision changes" : " decisions change");
  if (report.unknown > 0)
    text +=
        "; " + std::to_string(report.unknown) + " could not be decided: a rule needs their arguments, which the audit log does not show";
  return text + "\n";
}

}  // namespace

Result<int> replay(Client& client) {
  const Invocation& invocation = client.invocation();
  if (invocation.given("file") == invocation.given("rules"))
    return fail(Code::usage, "`policy replay` needs the file with the proposed rules, once", "facioctl policy replay FILE");
  auto proposed = policy_of_file(client, std::string(invocation.value(invocation.given("file") ? "file" : "rules")));
  if (!proposed) return fail(std::move(proposed.error()));
  const std::int64_t now = now_ms();
  const std::string since = invocation.given("since") ? std::string(invocation.value("since")) : format_rfc3339(now - kMonthMs);
  const std::string until = format_rfc3339(now);
  if (invocation.global.only_shows()) return only_show(client, "audit.list", page_query(since, until, 0));
  auto present = policy_of_agent(client);
  if (!present) return fail(std::move(present.error()));
  Comparison comparison(std::move(*present), std::move(*proposed));
  if (auto status = read_calls(client, since, until, comparison); !status) return fail(std::move(status.error()));
  PolicyReplay& report = comparison.report;
  report.since = since;
  std::ranges::stable_sort(report.items, [](const PolicyFlip& a, const PolicyFlip& b) { return a.count > b.count; });
  if (auto status = print_as(client, *invocation.endpoint, to_json(report), output_of(client)); !status)
    return fail(std::move(status.error()));
  if (!invocation.global.quiet)
    if (auto status = client.streams().err.write(summary(report)); !status) return fail(std::move(status.error()));
  return invocation.value("exit-code") == "true" && report.flipped > 0 ? info(Code::different).exit : 0;
}

}  // namespace facio::policy
