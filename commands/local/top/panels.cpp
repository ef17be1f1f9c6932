#include "commands/local/top/panels.hpp"

#include <algorithm>
#include <cstdio>

#include "cli/core/time.hpp"
#include "cli/output/render.hpp"

namespace facio::top {
namespace {

/// Text in a column: padded to its width, never cut.
std::string column(std::string text, int width) {
  const int cells = cell_width(text);
  if (cells < width) text.append(static_cast<std::size_t>(width - cells), ' ');
  return text + "  ";
}

std::string shell_word(const std::string& word) {
  const bool plain = !word.empty() && word.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:@%+,=") ==
                                          std::string::npos;
  if (plain) return word;
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string json_text(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

std::string count(double number) {
  char text[32];
  if (number >= 1e6) std::snprintf(text, sizeof text, "%.1fM", number / 1e6);
  else if (number >= 10e3) std::snprintf(text, sizeof text, "%.1fk", number / 1e3);
  else std::snprintf(text, sizeof text, "%.0f", number);
  return text;
}

std::string relative(double epoch_ms, std::int64_t now) {
  return epoch_ms == 0 ? "-" : format_relative(static_cast<std::int64_t>(epoch_ms), now);
}

class Panels {
 public:
  Panels(const Snapshot& snapshot, const std::string& program, std::int64_t now) : snapshot_(snapshot), program_(program), now_(now) {}

  std::vector<Panel> all() {
    turns();
    approvals();
    tools();
    tokens();
    cron();
    mcp();
    channels();
    events();
    return std::move(panels_);
  }

 private:
  Panel& panel(std::string title, const std::string& command, Part part) {
    Panel made;
    made.title = std::move(title);
    made.command = program_ + " " + command;
    const Answer& answer = snapshot_.part(part);
    if (answer.absent) made.rows.push_back({"this agent has none: " + printable(answer.trouble), {}, {}, false});
    else if (!answer.trouble.empty()) made.rows.push_back({printable(answer.trouble), {}, {}, true});
    panels_.push_back(std::move(made));
    return panels_.back();
  }

  Action action(char key, std::string endpoint, const std::string& words, const std::string& name, const std::string& value) {
    Action made{key, std::move(endpoint), {}, {}, program_ + " " + words + " " + shell_word(value)};
    if (!name.empty()) made.values.emplace(name, value);
    return made;
  }

  void turns() {
    Panel& shown = panel("TURNS", "agent status", Part::events);
    for (const Turn& turn : snapshot_.turns()) {
      Row row{column(printable(turn.session), 20) + column(turn.run, 16) + column(format_relative(turn.since_ms, now_), 8) +
                  printable(turn.doing),
              "turn " + turn.run,
              {},
              false};
      Action stop{'s',
                  "agent.stop",
                  {},
                  "{\"sessionKey\":" + json_text(turn.session) + "}",
                  program_ + " agent stop --session " + shell_word(printable(turn.session))};
      row.actions.push_back(std::move(stop));
      shown.rows.push_back(std::move(row));
    }
  }

  void approvals() {
    Panel& shown = panel("WAITING FOR A DECISION", "approvals list", Part::approvals);
    const JsonRef items = snapshot_.items(Part::approvals);
    for (std::size_t i = 0; i < items.size(); ++i) {
      const JsonRef item = items.at(i);
      const std::string id = item.find("id").text();
      const JsonRef arguments = item.get("arguments");
      Row row{column(printable(id), 10) + column(printable(item.find("tool").text()), 14) +
                  column(printable(item.find("session_key").text()), 16) + printable(arguments ? arguments.dump() : ""),
              "approval " + id,
              {},
              false};
      row.actions.push_back(action('a', "approvals.approve", "approvals approve", "id", id));
      row.actions.push_back(action('x', "approvals.reject", "approvals reject", "id", id));
      shown.rows.push_back(std::move(row));
    }
  }

  void tools() {
    Panel& shown = panel("TOOLS", "audit list --event tool_call", Part::events);
    const JsonRef items = snapshot_.items(Part::events);
    for (std::size_t i = 0; i < items.size() && shown.rows.size() < 10; ++i) {
      const JsonRef event = items.at(i);
      if (event.find("event").text() != "tool_call") continue;
      const std::string status = event.find("status").text();
      shown.rows.push_back({column(clock(event), 8) + column(printable(event.find("tool_name").text()), 20) + column(printable(status), 6) +
                                column(format_duration(static_cast<std::int64_t>(number_at(event, "duration_ms"))), 8) +
                                printable(event.find("session_key").text()),
                            {},
                            {},
                            status != "ok"});
    }
  }

  void tokens() {
    Panel& shown = panel("TOKENS TODAY", "usage get --from today --by model", Part::usage);
    const JsonRef items = snapshot_.items(Part::usage);
    for (std::size_t i = 0; i < items.size(); ++i) {
      const JsonRef item = items.at(i);
      const std::string model = item.find("model").text();
      shown.rows.push_back(
          {column(printable(model.empty() ? "-" : model), 28) + column(count(number_at(item, "prompt_tokens")) + " in", 10) +
               column(count(number_at(item, "completion_tokens")) + " out", 10) +
               column(count(number_at(item, "turn_count")) + " turns", 10) + count(number_at(item, "tool_calls_count")) + " tool calls",
           {},
           {},
           false});
    }
  }

  void cron() {
    Panel& shown = panel("CRON", "cron list", Part::cron);
    const JsonRef items = snapshot_.items(Part::cron);
    for (std::size_t i = 0; i < items.size(); ++i) {
      const JsonRef item = items.at(i);
      const std::string id = item.find("id").text(), last = item.find("state.last_status").text();
      const JsonRef enabled = item.get("enabled");
      const bool paused = enabled.is(JsonKind::boolean) && !enabled.boolean();
      const std::string next = number_at(item, "state.running_since_ms") != 0 ? "runs now"
                               : paused                                       ? "paused"
                                        : "next " + relative(number_at(item, "state.next_run_at_ms"), now_);
      const double ran = number_at(item, "state.last_run_at_ms");
      Row row{column(printable(id), 10) + column(printable(item.find("name").text()), 20) + column(next, 14) +
                  (ran == 0 ? "never ran" : "last " + printable(last) + " " + relative(ran, now_)),
              "cron " + id,
              {},
              last == "error"};
      row.actions.push_back(action('r', "cron.run-now", "cron run-now", "id", id));
      row.actions.push_back(paused ? action('p', "cron.resume", "cron resume", "id", id)
                                   : action('p', "cron.pause", "cron pause", "id", id));
      shown.rows.push_back(std::move(row));
    }
  }

  void mcp() {
    Panel& shown = panel("MCP SERVERS", "mcp list", Part::mcp);
    const JsonRef items = snapshot_.items(Part::mcp);
    for (std::size_t i = 0; i < items.size(); ++i) {
      const JsonRef item = items.at(i);
      const JsonRef connected = item.get("connected"), enabled = item.get("enabled"), tools = item.get("tools");
      const bool on = connected.is(JsonKind::boolean) && connected.boolean();
      const bool off = enabled.is(JsonKind::boolean) && !enabled.boolean();
      const std::string state = off ? "off" : on ? "connected" : "not connected";
      shown.rows.push_back({column(printable(item.find("name").text()), 20) + column(state, 14) +
                                (on ? std::to_string(tools.size()) + " tools" : printable(item.find("error").text())),
                            {},
                            {},
                            !on && !off});
    }
  }

  void channels() {
    Panel& shown = panel("CHANNELS", "channels list", Part::channels);
    const JsonRef items = snapshot_.items(Part::channels);
    for (std::size_t i = 0; i < items.size(); ++i) {
      const JsonRef enabled = items.at(i).get("enabled");
      const bool known = enabled.is(JsonKind::boolean);
      shown.rows.push_back({column(printable(items.name_at(i)), 20) + (!known              ? "configured"
                                                                       : enabled.boolean() ? "on"
                                                                                           : "off"),
                            {},
                            {},
                            false});
    }
  }

  void events() {
    Panel& shown = panel("EVENTS", "audit tail", Part::events);
    shown.weight = 100;
    const JsonRef items = snapshot_.items(Part::events);
    for (std::size_t i = 0; i < items.size(); ++i) {
      const JsonRef event = items.at(i);
      const std::string status = event.find("status").text(), tool = event.find("tool_name").text(), model = event.find("model").text();
      const std::string what = !tool.empty() ? tool : !model.empty() ? model : event.find("message").text();
      shown.rows.push_back({column(clock(event), 8) + column(printable(event.find("event").text()), 16) + column(printable(status), 6) +
                                column(printable(event.find("session_key").text()), 16) + printable(what),
                            {},
                            {},
                            status == "error"});
    }
  }

  /// Time of day of an event, in UTC.
  static std::string clock(JsonRef event) {
    const std::string when = event.find("ts").text();
    return when.size() >= 19 ? printable(when.substr(11, 8)) : "-";
  }

  const Snapshot& snapshot_;
  const std::string& program_;
  std::int64_t now_;
  std::vector<Panel> panels_;
};

}  // namespace

std::vector<Panel> panels_of(const Snapshot& snapshot, const std::string& program, std::int64_t now) {
  return Panels(snapshot, program, now).all();
}

}  // namespace facio::top
