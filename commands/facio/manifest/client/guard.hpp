// Applies that undo themselves unless somebody, or the agent's own work, confirms them.
#pragma once

#include <chrono>

#include "commands/facio/manifest/client/apply.hpp"

namespace facio::manifest {

enum class GuardState : std::uint8_t {
  writing,  ///< the apply is under way; when it is broken off, it is undone
  pending,  ///< it waits to be confirmed, up to a deadline
  confirmed,
  undone,
  failed,  ///< it could not be undone
};

/// How the confirmation of an apply stands.
struct Guard {
  std::string id;  ///< of the apply
  GuardState state = GuardState::writing;
  std::int64_t within_ms = 0;            ///< how long it waits
  std::int64_t deadline_ms = 0;          ///< since 1970; 0 while the apply is under way
  std::vector<std::string> probes = {};  ///< all of them good: confirmed without a person
  std::string why = {};                  ///< what the last probe said, or why it was undone

  [[nodiscard]] bool is_open() const { return state == GuardState::writing || state == GuardState::pending; }
};

Status save(const Record& record, const Guard& guard);
/// Nothing when the apply has none.
Result<std::optional<Guard>> read_guard(const Record& record, const std::string& id);
/// The newest apply that is neither confirmed nor undone.
Result<std::optional<Guard>> open_guard(const Record& record);

/// Starts the process that watches over an apply: this program again, detached, with the same target. Its end is readable on `end`.
Result<Descriptor> start_guard(Client& client, const std::string& id);

/// What that process does: waits until the apply is confirmed, asks the probes, and undoes it when nothing of that comes in time or when
/// the process that applies has gone. It survives being stopped: the deadline is a time, not a number of seconds that it has run.
Result<int> watch_over(Client& client, const std::string& id);

/// Waits for the guard's end and says what came of it: 0, or Code::undone.
Result<int> wait_for_guard(Client& client, Client& reader, const std::string& id, const Descriptor& end);

/// Undoes an apply under a record that is locked.
Result<ManifestApplied> undo(Client& writer, Client& reader, Record& record, const std::string& id);
/// The plan that brings the objects of an apply back: those that it made are deleted, the others get what they were.
Result<Plan> plan_back(Client& reader, JsonRef apply, const Record& record);
/// What the record held of the objects of an apply.
std::map<std::string, std::optional<Remembered>, std::less<>> former_records(JsonRef apply);

}  // namespace facio::manifest
