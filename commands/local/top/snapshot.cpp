#include "commands/local/top/snapshot.hpp"

#include <algorithm>

#include "cli/catalogue/json_writer.hpp"
#include "cli/core/time.hpp"

namespace facio::top {
namespace {

constexpr int kTimeoutMs = 5000;
constexpr int kSlowRounds = 5;  ///< parts that change seldom are asked for in every fifth round
constexpr std::size_t kFastParts = 3;

/// The events of turns, without the requests that watching itself makes.
constexpr std::string_view kEvents[] = {"message_in",      "message_out", "error",    "llm_call",     "tool_call",
                                        "policy_decision", "approval",    "cron_run", "config_change"};

/// Whether the agent itself does not answer, not only one of its services.
bool is_away(Code code) { return code == Code::unreachable || code == Code::timeout || code == Code::unauthenticated; }

struct PartName {
  std::string_view name, endpoint, items;
};
constexpr std::array<PartName, kParts> kNames = {{{"status", "agent.status", ""},
                                                  {"approvals", "approvals.list", "items"},
                                                  {"audit", "audit.list", "items"},
                                                  {"health", "health.get", ""},
                                                  {"usage", "usage.get", "items"},
                                                  {"cron", "cron.list", "items"},
                                                  {"mcp", "mcp.list", "items"},
                                                  {"channels", "channels.list", "channels"}}};

}  // namespace

double number_at(JsonRef object, std::string_view dotted) {
  const JsonRef value = object ? object.find(dotted) : JsonRef();
  return value && (value.kind() == JsonKind::number || value.kind() == JsonKind::integer) ? value.number() : 0;
}

JsonRef Snapshot::items(Part which) const {
  const JsonRef root = part(which).root();
  if (!root) return {};
  if (root.kind() == JsonKind::array) return root;
  const JsonRef declared = root.get(kNames[static_cast<std::size_t>(which)].items);
  return declared ? declared : root.get("buckets");
}

std::vector<Turn> Snapshot::turns() const {
  std::vector<Turn> turns;
  std::vector<std::string> ended;
  const JsonRef events = items(Part::events);
  const std::int64_t started = at_ms - static_cast<std::int64_t>(number_at(part(Part::status).root(), "uptime") * 1000);
  for (std::size_t i = 0; i < events.size(); ++i) {  // the newest first
    const JsonRef event = events.at(i);
    const std::string run = event.find("run_id").text(), kind = event.find("event").text();
    if (run.empty() || std::ranges::find(ended, run) != ended.end()) continue;
    if (kind == "message_out" || kind == "error") {
      ended.push_back(run);
      continue;
    }
    const auto when = parse_rfc3339(event.find("ts").text());
    if (!when || *when < started) continue;  // of an earlier process
    const auto known = std::ranges::find(turns, run, &Turn::run);
    if (known != turns.end()) {
      known->since_ms = *when;
      continue;
    }
    const std::string tool = event.find("tool_name").text();
    turns.push_back(
        {event.find("session_key").text(), run, kind == "policy_decision" && !tool.empty() ? "calls " + tool : "calling the model", *when});
  }
  return turns;
}

Result<Request> Poller::request_for(Part part) {
  Client::Values values;
  if (part == Part::approvals) values = {{"limit", "50"}};
  if (part == Part::events) values = {{"limit", "100"}};
  if (part == Part::usage) values = {{"from", format_date(now_ms())}, {"groupBy", "model"}};
  auto request = client_.request_to(kNames[static_cast<std::size_t>(part)].endpoint, std::move(values));
  if (!request) return request;
  if (part == Part::events)
    for (const std::string_view event : kEvents) request->target.append("&event=").append(event);
  if (client_.invocation().global.timeout_ms == 0) request->timeout_ms = kTimeoutMs;
  return request;
}

Status Poller::ask(Part part, Snapshot& next) {
  Answer& answer = next.parts[static_cast<std::size_t>(part)];
  auto response = request_for(part).and_then([this](const Request& request) { return client_.send(request); });
  if (!response) {
    const Code code = response.error().code();
    if (is_away(code)) return fail(std::move(response.error()));
    answer.trouble = response.error().message();
    answer.absent = code == Code::unsupported || code == Code::unavailable || code == Code::not_found;
    return {};
  }
  auto document = json_of(*response);
  if (!document) {
    answer.trouble = document.error().message();
    return {};
  }
  answer.document = std::make_shared<const JsonDocument>(std::move(*document));
  answer.trouble.clear();
  return {};
}

Result<std::shared_ptr<const Snapshot>> Poller::poll() {
  auto next = std::make_shared<Snapshot>(*last_);
  const bool first = last_->at_ms == 0;
  const bool all = round_++ % kSlowRounds == 0 || next->lost_ms != 0;
  for (std::size_t i = 0; i < kParts; ++i) {
    if (next->parts[i].absent || (!all && i >= kFastParts)) continue;
    if (auto status = ask(static_cast<Part>(i), *next); !status) {
      if (first) return fail(std::move(status.error()));
      if (next->lost_ms == 0) next->lost_ms = now_ms();
      next->lost = status.error().message();
      last_ = next;
      return last_;
    }
  }
  next->at_ms = now_ms();
  if (next->lost_ms != 0) next->back_ms = next->at_ms;
  next->lost_ms = 0;
  last_ = next;
  return last_;
}

std::string snapshot_json(const Snapshot& snapshot, const Context& context) {
  JsonWriter json;
  json.begin_object().member("at", format_rfc3339(snapshot.at_ms)).member_if("context", context.name).member("url", context.url);
  json.key("turns").begin_array();
  for (const Turn& turn : snapshot.turns())
    json.begin_object()
        .member("session_key", turn.session)
        .member("run_id", turn.run)
        .member("since", format_rfc3339(turn.since_ms))
        .member("doing", turn.doing)
        .end_object();
  json.end_array();
  for (std::size_t i = 0; i < kParts; ++i) {
    const Part part = static_cast<Part>(i);
    const JsonRef value = kNames[i].items.empty() ? snapshot.part(part).root() : snapshot.items(part);
    json.key(kNames[i].name).raw(value ? value.dump() : "null");
  }
  json.key("troubles").begin_object();
  for (std::size_t i = 0; i < kParts; ++i) json.member_if(kNames[i].name, snapshot.parts[i].trouble);
  return json.end_object().end_object().take();
}

}  // namespace facio::top
