#include "commands/facio/improvement/server/run_records.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "cli/core/encoding.hpp"
#include "cli/core/shape_json.hpp"
#include "commands/facio/audit/server/change_event.hpp"

namespace facio::serve {
namespace {

constexpr std::string_view kRuns = "improvement_run";
constexpr std::string_view kArtifacts = "improvement_artifact";

Result<ImprovementRun> parsed(Result<std::optional<std::string>> stored, std::string_view id) {
  if (!stored) return fail(std::move(stored.error()));
  if (!*stored) return fail(Code::not_found, "there is no improvement run \"" + std::string(id) + "\"", "facioctl improvement list");
  return from_json<ImprovementRun>(**stored);
}

}  // namespace

std::string RunArtifacts::joined() const {
  std::string all;
  for (const auto& [path, diff] : diffs) all += diff;
  return all;
}

Result<std::vector<ImprovementRun>> load_runs(store::Store& store, std::string_view agent) {
  auto stored = store.documents().list(agent, kRuns);
  if (!stored) return fail(std::move(stored.error()));
  std::vector<ImprovementRun> runs;
  for (const store::Document& document : *stored) {
    auto run = from_json<ImprovementRun>(document.json);
    if (!run) return fail(std::move(run.error()));
    runs.push_back(std::move(*run));
  }
  std::ranges::reverse(runs);  // the ids sort by time
  return runs;
}

Result<ImprovementRun> load_run(store::Store& store, std::string_view agent, std::string_view id) {
  return parsed(store.documents().get(agent, kRuns, id), id);
}

Result<ImprovementRun> load_run(store::Transaction& tx, std::string_view agent, std::string_view id) {
  return parsed(tx.get_document(agent, kRuns, id), id);
}

Result<RunArtifacts> load_artifacts(store::Store& store, std::string_view agent, std::string_view id) {
  auto stored = store.documents().get(agent, kArtifacts, id);
  if (!stored) return fail(std::move(stored.error()));
  if (!*stored) return RunArtifacts{};
  return from_json<RunArtifacts>(**stored);
}

Status save_run(store::Transaction& tx, std::string_view agent, const ImprovementRun& run) {
  return tx.save_document(agent, kRuns, run.id, to_json(run));
}

Status save_artifacts(store::Transaction& tx, std::string_view agent, std::string_view id, const RunArtifacts& artifacts) {
  return tx.save_document(agent, kArtifacts, id, to_json(artifacts));
}

std::string new_run_id(std::int64_t now_ms) {
  std::array<char, 20> time{};
  std::snprintf(time.data(), time.size(), "%012llx", static_cast<unsigned long long>(now_ms));
  return "run-" + std::string(time.data()) + "-" + random_hex(2);
}

AuditEvent improvement_event(std::string_view action, const ImprovementRun& run) {
  return change_event("improvement", std::string(action) + " " + run.id,
                      event_details("action", action, "run", run.id, "status", run.status, "files", run.diff_artifacts));
}

}  // namespace facio::serve
