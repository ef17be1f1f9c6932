// What belongs to a run of self-improvement beside its record.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/facio/audit/server/change_event.hpp"
#include "commands/facio/improvement/shapes.hpp"

namespace facio::serve {

struct RunArtifacts {
  std::string report;                        ///< Markdown
  std::map<std::string, std::string> diffs;  ///< proposed, by path
  std::optional<std::string> applied;        ///< the diff that was really applied
  std::vector<std::string> things;           ///< what a reflection wants to remember

  static constexpr ShapeHead shape{"RunArtifacts", "What belongs to a run of self-improvement"};
  static constexpr auto fields() {
    using A = RunArtifacts;
    return Fields{field("report", &A::report, "Markdown"), field("diffs", &A::diffs, "by path"),
                  field("applied", &A::applied, "what was done to the workspace"),
                  field("things", &A::things, "what is to be remembered", {.optional = true})};
  }
  /// All proposed diffs.
  [[nodiscard]] std::string joined() const {
    std::string all;
    for (const auto& [path, diff] : diffs) all += diff;
    return all;
  }
};

/// The audit event of a decision or a new run; it has names only, no contents.
inline AuditEvent improvement_event(std::string_view action, const ImprovementRun& run) {
  return change_event("improvement", std::string(action) + " " + run.id,
                      event_details("action", action, "run", run.id, "status", run.status, "files", run.diff_artifacts));
}

}  // namespace facio::serve
