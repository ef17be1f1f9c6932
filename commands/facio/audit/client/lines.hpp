// Events as lines that one can read while they scroll.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/output/render.hpp"
#include "commands/facio/audit/client/event.hpp"

namespace facio::audit {

/// How a line looks.
struct LineStyle {
  bool colored = false;
  bool accessible = false;
  bool show_arguments = false;  ///< values of the arguments of tools; else only their names
  TimeStyle time = TimeStyle::automatic;
  std::vector<std::string> agents;  ///< names of several agents; empty: no column
};

/// Makes lines of events, and remembers the day.
class Lines {
 public:
  explicit Lines(LineStyle style) : style_(std::move(style)) {}

  /// `12:03:04.118 tool_call  run 7f3a  telegram:42  shell  "ls -la"  ok 218ms`, behind a line with the date when the day changes.
  void append_short(std::string& out, const Event& event);
  /// The line, and every other member below it.
  void append_long(std::string& out, const Event& event);
  /// The message alone; of a call of a tool the tool and its arguments.
  void append_cat(std::string& out, const Event& event) const;
  /// A remark between the events: "-- reconnecting to prod (3s) --".
  void append_remark(std::string& out, std::string_view words, bool bad) const;

 private:
  void append_agent(std::string& out, std::size_t agent) const;
  void append_date(std::string& out, std::int64_t ts_ms);
  void append_what(std::string& out, const EventFields& fields) const;

  LineStyle style_;
  std::string day_;
};

/// The arguments of a call as people read them: `path=…`, or with their values `path="."`; a single one without its name.
std::string arguments_text(std::string_view details, bool values);

}  // namespace facio::audit
