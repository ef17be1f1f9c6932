#include "commands/facio/improvement/server/service.hpp"

#include "cli/core/diff_form.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/time.hpp"
#include "cli/files/workspace_files.hpp"
#include "commands/facio/improvement/server/memory.hpp"
#include "commands/facio/improvement/server/proposal_checks.hpp"
#include "commands/serve/clock.hpp"

namespace facio {
namespace {

constexpr std::size_t kMostComments = 100;
constexpr std::chrono::seconds kLongestWait{8};

/// Whether a run is among those that somebody asks for. One that a person was asked about is a proposal still.
bool is_of(const ImprovementRun& run, std::string_view status) {
  return run.status == status || (status == "proposed" && run.status == "approval_requested");
}

bool is_decided(const ImprovementRun& run) { return run.status == "applied" || run.status == "rejected" || run.status == "rolled_back"; }

tl::unexpected<Error> wrong_state(const ImprovementRun& run, std::string_view action) {
  return fail(Code::conflict, "improvement run \"" + run.id + "\" is " + run.status + "; it cannot be " + std::string(action),
              "facioctl improvement get " + run.id);
}

Result<ImprovementRun> known(Result<std::optional<ImprovementRun>> found, std::string_view id) {
  return serve::found_or_none(std::move(found), "improvement run", id, "facioctl improvement list");
}

/// Where whole lines stand in a text; nothing when it lacks them.
std::optional<std::size_t> at_line_start(const std::string& text, const std::string& lines) {
  for (auto at = text.find(lines); at != std::string::npos; at = text.find(lines, at + 1))
    if (at == 0 || text[at - 1] == '\n') return at;
  return std::nullopt;
}

std::vector<FileChange> one_change(std::string before, std::string after) {
  return {{.path = std::string(serve::kMemoryFile), .before = std::move(before), .after = std::move(after)}};
}

}  // namespace

ImprovementService::ImprovementService(const serve::ServiceContext& context, VersionsService& versions)
    : context_(context),
      versions_(versions),
      runs_(context, "improvement_run", [](std::string_view id) { return "the stored improvement run \"" + std::string(id) + "\""; }),
      artifacts_(context, "improvement_artifact",
                 [](std::string_view id) { return "the stored report of improvement run \"" + std::string(id) + "\""; }),
      decisions_(context, "improvement_decision",
                 [](std::string_view id) { return "the note of a decision on improvement run \"" + std::string(id) + "\""; }) {}

Result<ImprovementService::Guard> ImprovementService::acquire(serve::TimedMutex& mutex) {
  Guard guard(mutex, kLongestWait);
  if (!guard) return fail(Code::unavailable, "another improvement is in progress; try again");
  return guard;
}

Result<ImprovementService::Guard> ImprovementService::begin_change(std::string_view agent) {
  auto guard = acquire(applying_);
  if (!guard) return guard;
  if (auto status = settle(agent); !status) return fail(std::move(status.error()));
  return guard;
}

std::string ImprovementService::now() const { return format_rfc3339(context_.clock.now_ms()); }

/// What applying would change in the present files; nothing when they are so already.
Result<std::vector<FileChange>> ImprovementService::changes_of(const serve::RunArtifacts& artifacts) {
  const std::string diff = artifacts.joined();
  auto changes = versions_.preview(diff, PatchMode::apply);
  if (changes || changes.error().code() != Code::conflict) return changes;
  if (versions_.preview(diff, PatchMode::reverse)) return std::vector<FileChange>{};
  if (artifacts.things.empty()) return changes;
  // The memory has grown since: the things are added to it, as long as it still has the lines that they were to follow.
  auto memory = context_.files.read(serve::kMemoryFile, serve::kMostMemory);
  if (!memory || !at_line_start(*memory, serve::lines_with(diff, ' '))) return changes;
  std::vector<std::string> added;
  std::string after = serve::with_bullets(*memory, artifacts.things, added);
  if (added.empty()) return std::vector<FileChange>{};
  return one_change(std::move(*memory), std::move(after));
}

/// What undoing an applied reflection would change in a memory that has grown since: its own lines go, if they still stand together.
Result<std::vector<FileChange>> ImprovementService::without_lines(const std::string& applied) {
  const std::string lines = serve::lines_with(applied, '+');
  auto memory = context_.files.read(serve::kMemoryFile, serve::kMostMemory);
  if (!memory) return fail(std::move(memory.error()));
  const auto at = at_line_start(*memory, lines);
  if (!at || lines.empty() || !serve::lines_with(applied, '-').empty())
    return fail(Code::conflict, std::string(serve::kMemoryFile) + " no longer contains the lines that were added");
  std::string after = *memory;
  after.erase(*at, lines.size());
  return one_change(std::move(*memory), std::move(after));
}

Result<ImprovementRun> ImprovementService::apply(std::string_view agent, ImprovementRun run, serve::RunArtifacts artifacts,
                                                 std::string approval) {
  auto changes = changes_of(artifacts);
  if (!changes) return fail(std::move(changes.error()));
  auto before = record_version(agent, "before improvement " + run.id, "facioctl");
  if (!before) return fail(std::move(before.error()));
  artifacts.applied = artifacts.joined();
  if (!changes->empty()) {
    auto applied = versions_.make_diff(*changes);
    if (!applied) return fail(std::move(applied.error()));
    artifacts.applied = std::move(*applied);
  }
  std::string message = "improvement " + run.id + ": " + run.proposal_summary.substr(0, 200);
  run.status = "applied";
  run.approval_state = std::move(approval);
  run.rollback_ref = std::move(*before);
  return carry_out(agent,
                   {.action = "approve",
                    .run = std::move(run),
                    .artifacts = std::move(artifacts),
                    .message = std::move(message),
                    .actor = "facioctl",
                    .version = "version"},
                   *changes);
}

Result<ImprovementList> ImprovementService::list(std::string_view agent, std::int64_t limit, std::optional<std::string_view> status) {
  auto runs = runs_.list(agent);
  if (!runs) return fail(std::move(runs.error()));
  std::vector<ImprovementRun> items;
  for (auto at = runs->rbegin(); at != runs->rend() && std::ssize(items) < limit; ++at)  // the ids sort by time
    if (!status || is_of(at->second, *status)) items.push_back(std::move(at->second));
  const auto count = std::ssize(items);
  return ImprovementList{.items = std::move(items), .count = count, .limit = limit};
}

Result<ImprovementRun> ImprovementService::get(std::string_view agent, std::string_view id) { return known(runs_.find(agent, id), id); }

Result<serve::RunArtifacts> ImprovementService::artifacts_of(std::string_view agent, std::string_view id) const {
  return artifacts_.find(agent, id).map([](auto found) { return std::move(found).value_or(serve::RunArtifacts{}); });
}

Result<std::string> ImprovementService::report(std::string_view agent, std::string_view id) {
  if (auto run = get(agent, id); !run) return fail(std::move(run.error()));
  return artifacts_of(agent, id).map([](serve::RunArtifacts artifacts) { return std::move(artifacts.report); });
}

Result<std::string> ImprovementService::diff(std::string_view agent, std::string_view id, std::optional<std::string_view> path) {
  if (auto run = get(agent, id); !run) return fail(std::move(run.error()));
  auto artifacts = artifacts_of(agent, id);
  if (!artifacts) return fail(std::move(artifacts.error()));
  if (!path) return with_plain_names(artifacts->joined());
  const auto found = artifacts->diffs.find(std::string(*path));
  if (found == artifacts->diffs.end())
    return fail(Code::not_found, "improvement run \"" + std::string(id) + "\" has no diff of \"" + std::string(*path) + "\"",
                "facioctl improvement get " + std::string(id) + " --fields diff_artifacts");
  return with_plain_names(found->second);
}

Result<ImprovementRun> ImprovementService::record_decision(store::Transaction& tx, std::string_view agent, std::string_view action,
                                                           ImprovementRun run) {
  run.updated_at = now();
  if (auto saved = runs_.save(tx, agent, run.id, run); !saved) return fail(std::move(saved.error()));
  if (auto noted = tx.append_audit(agent, serve::improvement_event(action, run)); !noted) return fail(std::move(noted.error()));
  return run;
}

/// A run that no decision is being carried out for: that would write over what is changed now.
Result<ImprovementRun> ImprovementService::at_rest(store::Transaction& tx, std::string_view agent, std::string_view id) const {
  auto decision = decisions_.find(tx, agent, id);
  if (!decision) return fail(std::move(decision.error()));
  if (*decision) return fail(Code::unavailable, "a decision on improvement run \"" + std::string(id) + "\" is in progress; try again");
  return known(runs_.find(tx, agent, id), id);
}

Result<ImprovementRun> ImprovementService::comment(store::Transaction& tx, std::string_view agent, std::string_view id,
                                                   const ImprovementComment& remark) {
  auto run = at_rest(tx, agent, id);
  if (!run) return run;
  auto metadata = JsonDocument::parse(run->metadata ? run->metadata->text : "{}");
  if (!metadata) return fail(std::move(metadata.error()));
  const JsonRef before = metadata->root().get("comments");
  if (before.size() >= kMostComments) return reject_field("comment", "the run already has " + std::to_string(kMostComments) + " comments");
  const RawJson one = json_object("actor", remark.actor.value_or("api"), "at", now(), "comment", remark.comment);
  std::string comments = "[";
  for (std::size_t i = 0; i < before.size(); ++i) comments += before.at(i).dump() + ",";
  if (auto status = metadata->set_json("comments", comments + one.text + "]"); !status) return fail(std::move(status.error()));
  run->metadata = RawJson{metadata->dump()};
  return record_decision(tx, agent, "comment", std::move(*run));
}

Result<ImprovementRun> ImprovementService::reject(store::Transaction& tx, std::string_view agent, std::string_view id,
                                                  const ImprovementRejection& why) {
  auto run = at_rest(tx, agent, id);
  if (!run) return run;
  if (is_decided(*run)) return wrong_state(*run, "rejected");
  run->status = run->approval_state = "rejected";
  if (why.reason)
    if (auto status = serve::set_metadata(*run, {{"reason", why.reason}}); !status) return fail(std::move(status.error()));
  return record_decision(tx, agent, "reject", std::move(*run));
}

Result<ImprovementRun> ImprovementService::approve(std::string_view agent, std::string_view id) {
  auto guard = begin_change(agent);
  if (!guard) return fail(std::move(guard.error()));
  auto run = get(agent, id);
  if (!run) return run;
  if (run->status != "proposed" && run->status != "approval_requested") return wrong_state(*run, "approved");
  if (run->diff_artifacts.empty())
    return fail(Code::conflict, "improvement run \"" + run->id + "\" does not propose any change; there is nothing to approve");
  auto artifacts = artifacts_of(agent, id);
  if (!artifacts) return fail(std::move(artifacts.error()));
  auto applied = apply(agent, std::move(*run), std::move(*artifacts), "approved");
  // A bad diff is the stored proposal's fault, not the request's.
  if (!applied && applied.error().code() == Code::rejected) return fail(Code::conflict, applied.error().message());
  return applied;
}

Result<ImprovementRun> ImprovementService::rollback(std::string_view agent, std::string_view id, const ImprovementRollback& why) {
  auto guard = begin_change(agent);
  if (!guard) return fail(std::move(guard.error()));
  auto run = get(agent, id);
  if (!run) return run;
  if (run->status != "applied") return wrong_state(*run, "undone");
  auto artifacts = artifacts_of(agent, id);
  if (!artifacts) return fail(std::move(artifacts.error()));
  const std::string applied = artifacts->applied.value_or(artifacts->joined());
  auto changes = versions_.preview(applied, PatchMode::reverse);
  if (!changes && !artifacts->things.empty())
    if (auto grown = without_lines(applied)) changes = std::move(grown);
  if (!changes && !versions_.preview(applied, PatchMode::apply))
    return fail(Code::conflict, "the files have changed since: " + changes.error().message(),
                "facioctl versions rollback, or edit them by hand");
  const std::string actor = why.actor.value_or("api");
  if (auto before = record_version(agent, "before undoing improvement " + run->id, "facioctl"); !before)
    return fail(std::move(before.error()));
  run->status = "rolled_back";
  if (auto noted = serve::set_metadata(*run, {{"rolled_back_by", actor}, {"rollback_reason", why.reason}}); !noted)
    return fail(std::move(noted.error()));
  std::string message = "improvement " + run->id + " undone" + (why.reason ? ": " + *why.reason : "");
  return carry_out(agent,
                   {.action = "rollback",
                    .run = std::move(*run),
                    .artifacts = std::move(*artifacts),
                    .message = std::move(message),
                    .actor = actor,
                    .version = "rollback_version"},
                   changes ? *changes : std::vector<FileChange>{});
}

}  // namespace facio
