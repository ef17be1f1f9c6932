// Events as lines for people.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/output/render.hpp"
#include "commands/facio/audit/client/event.hpp"

namespace facio::audit {

struct LineStyle {
  bool colored = false;
  bool show_arguments = false;  ///< with the values of tool arguments, not only their names
  TimeStyle time = TimeStyle::automatic;
  std::vector<std::string> agents;  ///< their names, when there are several
};

/// Formats events, and remembers the day.
class Lines {
 public:
  explicit Lines(LineStyle style) : style_(std::move(style)) {}

  /// `12:03:04.118 tool_call  run 7f3a  telegram:42  shell  "ls -la"  ok 218ms`, after a line with the date when the day changes.
  void append_short(std::string& out, const Event& event);
  /// The short line, with all other members below it.
  void append_long(std::string& out, const Event& event);
  /// The message alone; for a tool call the tool and its arguments.
  void append_cat(std::string& out, const Event& event) const;
  /// A notice between the events: "-- reconnecting to prod (3s) --".
  void append_notice(std::string& out, std::string_view text, bool bad) const;

 private:
  void append_agent(std::string& out, std::size_t agent) const;
  void append_date(std::string& out, std::int64_t ts_ms);
  void append_what(std::string& out, const EventFields& fields) const;

  LineStyle style_;
  std::string day_;
};

/// The arguments of a tool call for people: `path=…`, or with their values `path="."`; a single one without its name.
std::string arguments_text(std::string_view details, bool values);

/// Milliseconds as people read them.
std::string short_duration(std::int64_t ms);
/// Text from outside on one line, cut after `most` bytes.
std::string one_line(std::string_view text, std::size_t most = 400);

}  // namespace facio::audit
