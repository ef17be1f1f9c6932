#include <algorithm>
#include <cstdio>
#include <limits>

#include "cli/command_line/login.hpp"
#include "cli/core/time.hpp"
#include "commands/local/top/view.hpp"

namespace facio::top {
namespace {

constexpr std::size_t kMostTools = 10;

/// Text in a column: padded to its width, never shortened.
std::string column(std::string text, int width) {
  const int cells = cell_width(text);
  if (cells < width) text.append(static_cast<std::size_t>(width - cells), ' ');
  return text + "  ";
}

/// A member's text, safe for the terminal.
std::string shown(JsonRef object, std::string_view dotted) { return printable(object.find(dotted).text()); }

std::string count(JsonRef object, std::string_view dotted) {
  const double number = number_at(object, dotted);
  char text[32];
  if (number >= 1e6) std::snprintf(text, sizeof text, "%.1fM", number / 1e6);
  else if (number >= 10e3) std::snprintf(text, sizeof text, "%.1fk", number / 1e3);
  else std::snprintf(text, sizeof text, "%.0f", number);
  return text;
}

std::string relative(double epoch_ms, std::int64_t now) {
  return epoch_ms == 0 ? "-" : format_relative(static_cast<std::int64_t>(epoch_ms), now);
}

bool is_true(JsonRef value) { return value.is(JsonKind::boolean) && value.boolean(); }
bool is_false(JsonRef value) { return value.is(JsonKind::boolean) && !value.boolean(); }

/// Time of day of an event, in UTC.
std::string clock(JsonRef event) {
  const std::string when = event.find("ts").text();
  return when.size() >= 19 ? printable(when.substr(11, 8)) : "-";
}

class Panels {
 public:
  Panels(const Snapshot& snapshot, const std::string& program, std::int64_t now) : snapshot_(snapshot), program_(program), now_(now) {}

  std::vector<Panel> all() {
    turns();
    items("WAITING FOR A DECISION", "approvals list", Part::approvals, [this](JsonRef item) { return approval(item); });
    tools();
    items("TOKENS TODAY", "usage get --from today --by model", Part::usage, tokens);
    jobs();
    items("MCP SERVERS", "mcp list", Part::mcp, mcp_server);
    channels();
    items("EVENTS", "audit tail", Part::events, event);
    return std::move(panels_);
  }

 private:
  std::vector<Row>& panel(std::string title, const std::string& command, Part part) {
    std::vector<Row>& rows = panels_.emplace_back(Panel{std::move(title), program_ + " " + command}).rows;
    const Answer& answer = snapshot_.part(part);
    if (answer.absent) rows.push_back({.text = "this agent has none: " + printable(answer.trouble)});
    else if (!answer.trouble.empty()) rows.push_back({.text = printable(answer.trouble), .bad = true});
    return rows;
  }
  /// A panel with a row for each item of a part.
  template <class MakeRow>
  void items(std::string title, const std::string& command, Part part, MakeRow row) {
    std::vector<Row>& rows = panel(std::move(title), command, part);
    const JsonRef items = snapshot_.items(part);
    for (std::size_t i = 0; i < items.size(); ++i) rows.push_back(row(items.at(i)));
  }

  /// A command of an area about one object.
  [[nodiscard]] Action action(char key, const std::string& area, const std::string& verb, const std::string& id) const {
    return {key, area + "." + verb, {{"id", id}}, {}, program_ + " " + area + " " + verb + " " + shell_word(id)};
  }

  void turns() {
    std::vector<Row>& rows = panel("TURNS", "agent status", Part::events);
    for (const Turn& turn : snapshot_.turns()) {
      std::string body = "{\"sessionKey\":";
      append_json_string(body, turn.session);
      Action stop{'s', "agent.stop", {}, body + "}", program_ + " agent stop --session " + shell_word(printable(turn.session))};
      rows.push_back({.text = column(printable(turn.session), 20) + column(turn.run, 16) + column(format_relative(turn.since_ms, now_), 8) +
                              printable(turn.doing),
                      .id = "turn " + turn.run,
                      .actions = {std::move(stop)}});
    }
  }

  [[nodiscard]] Row approval(JsonRef item) const {
    const std::string id = item.find("id").text();
    const JsonRef arguments = item.get("arguments");
    return {.text = column(printable(id), 10) + column(shown(item, "tool"), 14) + column(shown(item, "session_key"), 16) +
                    printable(arguments ? arguments.dump() : ""),
            .id = "approval " + id,
            .actions = {action('a', "approvals", "approve", id), action('x', "approvals", "reject", id)}};
  }

  void tools() {
    std::vector<Row>& rows = panel("TOOLS", "audit list --event tool_call", Part::events);
    const JsonRef items = snapshot_.items(Part::events);
    for (std::size_t i = 0; i < items.size() && rows.size() < kMostTools; ++i) {
      const JsonRef event = items.at(i);
      if (event.find("event").text() != "tool_call") continue;
      const std::string duration = format_duration(static_cast<std::int64_t>(number_at(event, "duration_ms")));
      rows.push_back({.text = column(clock(event), 8) + column(shown(event, "tool_name"), 20) + column(shown(event, "status"), 6) +
                              column(duration, 8) + shown(event, "session_key"),
                      .bad = event.find("status").text() != "ok"});
    }
  }

  static Row tokens(JsonRef item) {
    const std::string model = shown(item, "model");
    return {.text = column(model.empty() ? "-" : model, 28) + column(count(item, "prompt_tokens") + " in", 10) +
                    column(count(item, "completion_tokens") + " out", 10) + column(count(item, "turn_count") + " turns", 10) +
                    count(item, "tool_calls_count") + " tool calls"};
  }

  /// What is due next comes first; then what is paused or done.
  void jobs() {
    std::vector<Row>& rows = panel("CRON", "cron list --sort-by state.next_run_at_ms", Part::cron);
    for (const JsonRef item : jobs_by_next_run(snapshot_)) rows.push_back(job(item));
  }

  [[nodiscard]] Row job(JsonRef item) const {
    const std::string id = item.find("id").text(), last = item.find("state.last_status").text();
    const bool paused = is_false(item.get("enabled"));
    const std::string next = number_at(item, "state.running_since_ms") != 0 ? "runs now"
                             : paused                                       ? "paused"
                                      : "next " + relative(number_at(item, "state.next_run_at_ms"), now_);
    const double ran = number_at(item, "state.last_run_at_ms");
    return {.text = column(printable(id), 10) + column(shown(item, "name"), 20) + column(next, 14) +
                    (ran == 0 ? "never ran" : "last " + printable(last) + " " + relative(ran, now_)),
            .id = "cron " + id,
            .actions = {action('r', "cron", "run-now", id), action('p', "cron", paused ? "resume" : "pause", id)},
            .bad = last == "error"};
  }

  static Row mcp_server(JsonRef item) {
    const bool on = is_true(item.get("connected")), off = is_false(item.get("enabled"));
    return {.text = column(shown(item, "name"), 20) +
                    column(off  ? "off"
                           : on ? "connected"
                                : "not connected",
                           14) +
                    (on ? std::to_string(item.get("tools").size()) + " tools" : shown(item, "error")),
            .bad = !on && !off};
  }

  void channels() {
    std::vector<Row>& rows = panel("CHANNELS", "channels list", Part::channels);
    const JsonRef items = snapshot_.items(Part::channels);
    for (std::size_t i = 0; i < items.size(); ++i) {
      const JsonRef enabled = items.at(i).get("enabled");
      rows.push_back({.text = column(printable(items.name_at(i)), 20) + (is_true(enabled)    ? "on"
                                                                         : is_false(enabled) ? "off"
                                                                                             : "configured")});
    }
  }

  static Row event(JsonRef event) {
    const std::string tool = shown(event, "tool_name"), model = shown(event, "model");
    return {.text = column(clock(event), 8) + column(shown(event, "event"), 16) + column(shown(event, "status"), 6) +
                    column(shown(event, "session_key"), 16) +
                    (!tool.empty()    ? tool
                     : !model.empty() ? model
                                      : shown(event, "message")),
            .bad = event.find("status").text() == "error"};
  }

  const Snapshot& snapshot_;
  const std::string& program_;
  std::int64_t now_;
  std::vector<Panel> panels_;
};

}  // namespace

std::vector<JsonRef> jobs_by_next_run(const Snapshot& snapshot) {
  const JsonRef items = snapshot.items(Part::cron);
  std::vector<JsonRef> jobs;
  for (std::size_t i = 0; i < items.size(); ++i) jobs.push_back(items.at(i));
  std::ranges::stable_sort(jobs, {}, [](const JsonRef& job) { return due_at(job).value_or(std::numeric_limits<double>::max()); });
  return jobs;
}

std::optional<double> due_at(JsonRef job) {
  const double next = number_at(job, "state.next_run_at_ms");
  if (next == 0 || is_false(job.get("enabled"))) return std::nullopt;
  return number_at(job, "state.running_since_ms") != 0 ? 0 : next;
}

std::vector<Panel> panels_of(const Snapshot& snapshot, const std::string& program, std::int64_t now) {
  return Panels(snapshot, program, now).all();
}

}  // namespace facio::top
