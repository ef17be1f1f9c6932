// One run as people look at it.
#pragma once

#include <string>
#include <vector>

#include "commands/facio/audit/client/event.hpp"

namespace facio::audit {

/// A run with what it used and the runs that it started.
struct Run {
  std::string id;
  std::vector<Event> events;
  std::string usage;  ///< JSON of a UsageRun; empty: not known
  std::vector<Run> children;
};

struct Picture {
  bool colored = false;
  bool accessible = false;  ///< no lines that are only drawn
  bool show_arguments = false;
  int width = 0;
};

/// Steps with what happened in them: request to the model, decisions of the policy, calls of tools; tokens, and durations as bars.
void append_tree(std::string& out, const Run& run, const Picture& picture);
/// Every event as a bar between the beginning and the end of the run.
void append_timeline(std::string& out, const Run& run, const Picture& picture);

}  // namespace facio::audit
