// Runs of self-improvement in the store.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/facio/improvement/shapes.hpp"
#include "commands/serve/store/store.hpp"

namespace facio::serve {

/// The larger parts of a run, kept beside its record.
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
  [[nodiscard]] std::string joined() const;
};

/// The newest first.
Result<std::vector<ImprovementRun>> load_runs(store::Store& store, std::string_view agent);
/// Code::not_found.
Result<ImprovementRun> load_run(store::Store& store, std::string_view agent, std::string_view id);
Result<ImprovementRun> load_run(store::Transaction& tx, std::string_view agent, std::string_view id);
Result<RunArtifacts> load_artifacts(store::Store& store, std::string_view agent, std::string_view id);
Status save_run(store::Transaction& tx, std::string_view agent, const ImprovementRun& run);
Status save_artifacts(store::Transaction& tx, std::string_view agent, std::string_view id, const RunArtifacts& artifacts);

/// An id that sorts by time.
std::string new_run_id(std::int64_t now_ms);

/// The audit event of a decision or a new run; it has names only, no contents.
AuditEvent improvement_event(std::string_view action, const ImprovementRun& run);

}  // namespace facio::serve
