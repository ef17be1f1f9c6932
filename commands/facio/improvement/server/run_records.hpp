// What belongs to a run of self-improvement beside its record.
#pragma once

#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
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

/// A file that a decision changes, as it was and as it becomes; without either there is no such file.
struct DecidedFile {
  std::string path;
  std::optional<std::string> before;  ///< base64
  std::optional<std::string> after;   ///< SHA-256 of its bytes

  static constexpr ShapeHead shape{"DecidedFile", "A file that a decision changes"};
  static constexpr auto fields() {
    return Fields{field("path", &DecidedFile::path, "where"), field("before", &DecidedFile::before, "base64"),
                  field("after", &DecidedFile::after, "SHA-256")};
  }
};

/// What is noted in the store before a decision changes files, and erased with the record of its result.
struct Decision {
  std::string action;      ///< as of improvement_event()
  ImprovementRun run;      ///< as it becomes
  RunArtifacts artifacts;  ///< the same
  std::vector<DecidedFile> files = {};
  std::string message, actor;  ///< of the version that is recorded then
  std::string version;         ///< the member of the run's metadata that names it

  static constexpr ShapeHead shape{"Decision", "A decision about a run that is being carried out"};
  static constexpr auto fields() {
    using D = Decision;
    return Fields{field("action", &D::action, "approve or rollback"),
                  field("run", &D::run, "as it becomes"),
                  field("artifacts", &D::artifacts, "the same"),
                  field("files", &D::files, "what it changes"),
                  field("message", &D::message, "of the version"),
                  field("actor", &D::actor, "of the version"),
                  field("version", &D::version, "where the version is named")};
  }
};

/// Sets members of the run's metadata; those without a value are left alone.
inline Status set_metadata(ImprovementRun& run, std::initializer_list<std::pair<std::string_view, std::optional<std::string>>> members) {
  auto metadata = JsonDocument::parse(run.metadata ? run.metadata->text : "{}");
  if (!metadata) return fail(std::move(metadata.error()));
  for (const auto& [name, value] : members)
    if (value) metadata->set_string(name, *value);
  run.metadata = RawJson{metadata->dump()};
  return {};
}

/// The audit event of a decision or a new run; it has names only, no contents.
inline AuditEvent improvement_event(std::string_view action, const ImprovementRun& run) {
  return change_event("improvement", std::string(action) + " " + run.id,
                      event_details("action", action, "run", run.id, "status", run.status, "files", run.diff_artifacts));
}

}  // namespace facio::serve
