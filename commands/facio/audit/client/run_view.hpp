// One run as a tree or a timeline, for people.
#pragma once

#include <string>
#include <vector>

#include "commands/facio/audit/client/event.hpp"

namespace facio::audit {

/// A run with its usage and the runs that it started.
struct Run {
  std::string id;
  std::vector<Event> events;
  std::string usage;  ///< JSON of a UsageRun; empty: unknown
  std::vector<Run> children;
};

struct RunStyle {
  bool colored = false;
  bool accessible = false;  ///< for screen readers: no line drawing
  bool show_arguments = false;
};

/// The steps with their requests to the model, policy decisions and tool calls; tokens, and durations as bars.
void append_tree(std::string& out, const Run& run, const RunStyle& style);
/// Every event as a bar between the start and the end of the run.
void append_timeline(std::string& out, const Run& run, const RunStyle& style);

}  // namespace facio::audit
