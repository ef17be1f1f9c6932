// Runs put together from the events of an audit log.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "commands/facio/audit/client/event.hpp"
#include "commands/facio/runs/shapes.hpp"

namespace facio::audit {

/// The kinds of events that tell of a run, separated by blanks.
inline constexpr std::string_view kRunEvents = "message_in message_out error cron_run";
/// Whether this is one of them.
bool tells_of_run(const EventFields& fields);

class RunSummaries {
 public:
  /// Takes the next event, the newest first. True when a run is complete by it: with its beginning nothing older belongs to it.
  bool add(const EventFields& fields);
  /// The run that became complete last.
  [[nodiscard]] const RunSummary& latest() const { return found_.at(begun_.back()).run; }
  /// The runs whose beginning is among the events, the latest first; in a log that has no beginnings, all.
  std::vector<RunSummary> take();

 private:
  struct Found {
    RunSummary run;
    std::int64_t first_ms = 0, last_ms = 0;
  };
  std::map<std::string, Found, std::less<>> found_;
  std::vector<std::string> begun_, seen_;
};

}  // namespace facio::audit
