#include "commands/facio/improvement/server/service.hpp"

#include <algorithm>

#include "cli/core/shape_json.hpp"
#include "cli/core/time.hpp"
#include "commands/facio/improvement/server/proposal_checks.hpp"
#include "commands/facio/improvement/server/remembered.hpp"
#include "commands/facio/improvement/server/service_impl.hpp"
#include "commands/serve/clock.hpp"

namespace facio {
namespace {

constexpr std::size_t kMostOfFile = 4U << 20U;
constexpr std::size_t kMostComments = 100;
constexpr std::chrono::seconds kLongestWait{8};

bool decided(const ImprovementRun& run) { return run.status == "applied" || run.status == "rejected" || run.status == "rolled_back"; }

tl::unexpected<Error> wrong_state(const ImprovementRun& run, std::string_view action) {
  return fail(Code::conflict, "improvement run \"" + run.id + "\" is " + run.status + "; it cannot be " + std::string(action),
              "facioctl improvement get " + run.id);
}

/// Where whole lines stand in a text; nothing when they do not.
std::optional<std::size_t> at_line_start(const std::string& text, const std::string& lines) {
  for (auto at = text.find(lines); at != std::string::npos; at = text.find(lines, at + 1))
    if (at == 0 || text[at - 1] == '\n') return at;
  return std::nullopt;
}

std::vector<FileChange> one_change(std::string before, std::string after) {
  return {{.path = std::string(serve::kMemoryFile), .before = std::move(before), .after = std::move(after)}};
}

/// Changes the run's metadata.
template <class F>
Status change_metadata(ImprovementRun& run, F change) {
  auto metadata = JsonDocument::parse(run.metadata ? run.metadata->text : "{}");
  if (!metadata) return fail(std::move(metadata.error()));
  change(*metadata);
  run.metadata = RawJson{metadata->dump()};
  return {};
}

}  // namespace

Result<ImprovementService::Impl::Guard> ImprovementService::Impl::one_at_a_time(serve::TimedMutex& of) {
  Guard guard(of, kLongestWait);
  if (!guard) return fail(Code::unavailable, "another improvement is still being worked on; try again");
  return guard;
}

std::string ImprovementService::Impl::now() const { return format_rfc3339(base.clock.now_ms()); }

Status ImprovementService::Impl::save(std::string_view agent_name, const ImprovementRun& run, const serve::RunArtifacts* artifacts) {
  const std::string agent(agent_name);
  return base.store.run([&](store::Transaction& tx) -> Status {
    if (auto status = serve::save_run(tx, agent, run); !status) return status;
    return artifacts == nullptr ? Status{} : serve::save_artifacts(tx, agent, run.id, *artifacts);
  });
}

// ----------------------------------------------------------------------------------------------------- applying

/// What applying would do to the files as they are now. Nothing: it is all done already (by an approval that was cut off).
Result<std::vector<FileChange>> ImprovementService::Impl::changes_of(const serve::RunArtifacts& artifacts) {
  const std::string diff = artifacts.joined();
  auto changes = versions.preview(diff, PatchMode::apply);
  if (changes || changes.error().code() != Code::conflict) return changes;
  if (versions.preview(diff, PatchMode::reverse)) return std::vector<FileChange>{};
  if (artifacts.things.empty()) return changes;
  // The memory has grown since: what is to be remembered is added to it, as long as the lines are there that it was to follow.
  auto memory = base.files.read(serve::kMemoryFile, serve::kMostMemory);
  if (!memory || !at_line_start(*memory, serve::lines_with(diff, ' '))) return changes;
  std::vector<std::string> added;
  std::string after = serve::with_bullets(*memory, artifacts.things, added);
  if (added.empty()) return std::vector<FileChange>{};
  return one_change(std::move(*memory), std::move(after));
}

/// What taking an applied reflection back would do to a memory that has grown since: its own lines go, as long as they stand together.
Result<std::vector<FileChange>> ImprovementService::Impl::without_lines(const std::string& applied) {
  const std::string lines = serve::lines_with(applied, '+');
  auto memory = base.files.read(serve::kMemoryFile, serve::kMostMemory);
  if (!memory) return fail(std::move(memory.error()));
  const auto at = at_line_start(*memory, lines);
  if (!at || lines.empty() || !serve::lines_with(applied, '-').empty())
    return fail(Code::conflict, std::string(serve::kMemoryFile) + " no longer has the lines that were added");
  std::string after = *memory;
  after.erase(*at, lines.size());
  return one_change(std::move(*memory), std::move(after));
}

/// Puts `wanted` in the place of a file that holds `expected`.
Status ImprovementService::Impl::write(const FileChange& change, const std::optional<std::string>& expected,
                                       const std::optional<std::string>& wanted) {
  auto present = base.files.read(change.path, kMostOfFile);
  if (!present && present.error().code() != Code::not_found) return fail(std::move(present.error()));
  if (present.has_value() != expected.has_value() || (present && *present != *expected))
    return fail(Code::conflict, change.path + " was changed meanwhile; try again");
  if (!wanted) return present ? base.files.remove(change.path) : Status{};
  auto written = base.files.write(change.path, *wanted);
  return written ? Status{} : fail(std::move(written.error()));
}

/// All files or none.
Status ImprovementService::Impl::write_all(const std::vector<FileChange>& changes) {
  for (std::size_t i = 0; i < changes.size(); ++i) {
    auto status = write(changes[i], changes[i].before, changes[i].after);
    if (status) continue;
    while (i-- > 0) (void)write(changes[i], changes[i].after, changes[i].before);
    return status;
  }
  return {};
}

Result<std::string> ImprovementService::Impl::version(std::string_view agent, std::string reason, std::string actor) {
  auto made = versions.checkpoint(agent, {.actor = std::move(actor), .reason = std::move(reason)});
  if (!made) return fail(std::move(made.error()));
  return std::move(made->sha);
}

Result<ImprovementRun> ImprovementService::Impl::apply(std::string_view agent, ImprovementRun run, serve::RunArtifacts artifacts,
                                                       std::string approval) {
  auto changes = changes_of(artifacts);
  if (!changes) return fail(std::move(changes.error()));
  auto before = version(agent, "before improvement " + run.id, "facioctl");
  if (!before) return fail(std::move(before.error()));
  artifacts.applied = artifacts.joined();
  if (!changes->empty()) {
    auto applied = versions.make_diff(*changes);
    if (!applied) return fail(std::move(applied.error()));
    artifacts.applied = std::move(*applied);
    if (auto status = write_all(*changes); !status) return fail(std::move(status.error()));
  }
  auto after = version(agent, "improvement " + run.id + ": " + run.proposal_summary.substr(0, 200), "facioctl");
  if (!after) return fail(std::move(after.error()));
  run.status = "applied";
  run.approval_state = std::move(approval);
  run.rollback_ref = std::move(*before);
  run.updated_at = now();
  if (auto status = change_metadata(run, [&](JsonDocument& metadata) { metadata.set_string("version", *after); }); !status)
    return fail(std::move(status.error()));
  if (auto status = save(agent, run, &artifacts); !status) return fail(std::move(status.error()));
  return run;
}

// ------------------------------------------------------------------------------------------------------ service

ImprovementService::ImprovementService(const serve::ServiceContext& context, VersionsService& versions, SessionsService&)
    : impl_(new Impl(context, versions)) {}
ImprovementService::~ImprovementService() { stop(); }

Result<ImprovementList> ImprovementService::list(std::string_view agent, std::int64_t limit, std::optional<std::string_view> status) {
  auto runs = serve::load_runs(impl_->base.store, agent);
  if (!runs) return fail(std::move(runs.error()));
  if (status) std::erase_if(*runs, [&](const ImprovementRun& run) { return run.status != *status; });
  if (runs->size() > static_cast<std::size_t>(limit)) runs->resize(static_cast<std::size_t>(limit));
  const auto count = static_cast<std::int64_t>(runs->size());
  return ImprovementList{.items = std::move(*runs), .count = count, .limit = limit};
}

Result<ImprovementRun> ImprovementService::get(std::string_view agent, std::string_view id) {
  return serve::load_run(impl_->base.store, agent, id);
}

Result<std::string> ImprovementService::report(std::string_view agent, std::string_view id) {
  auto run = get(agent, id);
  if (!run) return fail(std::move(run.error()));
  auto artifacts = serve::load_artifacts(impl_->base.store, agent, id);
  if (!artifacts) return fail(std::move(artifacts.error()));
  return std::move(artifacts->report);
}

Result<std::string> ImprovementService::diff(std::string_view agent, std::string_view id, std::optional<std::string_view> path) {
  auto run = get(agent, id);
  if (!run) return fail(std::move(run.error()));
  auto artifacts = serve::load_artifacts(impl_->base.store, agent, id);
  if (!artifacts) return fail(std::move(artifacts.error()));
  if (!path) return artifacts->joined();
  const auto found = artifacts->diffs.find(std::string(*path));
  if (found == artifacts->diffs.end())
    return fail(Code::not_found, "improvement run \"" + std::string(id) + "\" has no diff of \"" + std::string(*path) + "\"",
                "facioctl improvement get " + std::string(id) + " --fields diff_artifacts");
  return found->second;
}

Result<ImprovementRun> ImprovementService::comment(store::Transaction& tx, std::string_view agent, std::string_view id,
                                                   const ImprovementComment& remark) {
  auto run = serve::load_run(tx, agent, id);
  if (!run) return run;
  const auto metadata = JsonDocument::parse(run->metadata ? run->metadata->text : "{}");
  if (metadata && metadata->root().get("comments").size() >= kMostComments)
    return fail_field(Code::rejected, "comment", "comment: the run has " + std::to_string(kMostComments) + " comments already");
  std::string comments = "[";
  if (metadata)
    for (std::size_t i = 0; i < metadata->root().get("comments").size(); ++i)
      comments += metadata->root().get("comments").at(i).dump() + ",";
  JsonDocument one = JsonDocument::object();
  one.set_string("actor", remark.actor.value_or("api"));
  one.set_string("at", impl_->now());
  one.set_string("comment", remark.comment);
  comments += one.dump() + "]";
  Status changed;
  auto status = change_metadata(*run, [&](JsonDocument& document) { changed = document.set_json("comments", comments); });
  if (!status || !changed) return fail(std::move((status ? changed : status).error()));
  run->updated_at = impl_->now();
  if (auto saved = serve::save_run(tx, agent, *run); !saved) return fail(std::move(saved.error()));
  if (auto told = tx.append_audit(agent, serve::improvement_event("comment", *run)); !told) return fail(std::move(told.error()));
  return run;
}

Result<ImprovementRun> ImprovementService::reject(store::Transaction& tx, std::string_view agent, std::string_view id,
                                                  const ImprovementRejection& why) {
  auto run = serve::load_run(tx, agent, id);
  if (!run) return run;
  if (decided(*run)) return wrong_state(*run, "rejected");
  run->status = "rejected";
  run->approval_state = "rejected";
  run->updated_at = impl_->now();
  if (why.reason)
    if (auto status = change_metadata(*run, [&](JsonDocument& metadata) { metadata.set_string("reason", *why.reason); }); !status)
      return fail(std::move(status.error()));
  if (auto saved = serve::save_run(tx, agent, *run); !saved) return fail(std::move(saved.error()));
  if (auto told = tx.append_audit(agent, serve::improvement_event("reject", *run)); !told) return fail(std::move(told.error()));
  return run;
}

Result<ImprovementRun> ImprovementService::approve(std::string_view agent, std::string_view id) {
  auto guard = impl_->one_at_a_time(impl_->applying);
  if (!guard) return fail(std::move(guard.error()));
  auto run = get(agent, id);
  if (!run) return run;
  if (run->status != "proposed" && run->status != "approval_requested") return wrong_state(*run, "approved");
  if (run->diff_artifacts.empty())
    return fail(Code::conflict, "improvement run \"" + run->id + "\" proposes no change of a file; there is nothing to approve");
  auto artifacts = serve::load_artifacts(impl_->base.store, agent, id);
  if (!artifacts) return fail(std::move(artifacts.error()));
  auto applied = impl_->apply(agent, std::move(*run), std::move(*artifacts), "approved");
  // However the diff is wrong, it is the stored proposal that cannot be applied, not the request.
  if (!applied && applied.error().code() == Code::rejected) return fail(Code::conflict, applied.error().message());
  return applied;
}

Result<ImprovementRun> ImprovementService::rollback(std::string_view agent, std::string_view id, const ImprovementRollback& why) {
  auto guard = impl_->one_at_a_time(impl_->applying);
  if (!guard) return fail(std::move(guard.error()));
  auto run = get(agent, id);
  if (!run) return run;
  if (run->status != "applied") return wrong_state(*run, "taken back");
  auto artifacts = serve::load_artifacts(impl_->base.store, agent, id);
  if (!artifacts) return fail(std::move(artifacts.error()));
  const std::string applied = artifacts->applied.value_or(artifacts->joined());
  auto changes = impl_->versions.preview(applied, PatchMode::reverse);
  if (!changes && !artifacts->things.empty())
    if (auto grown = impl_->without_lines(applied)) changes = std::move(grown);
  if (!changes && !impl_->versions.preview(applied, PatchMode::apply))
    return fail(Code::conflict, "the files have changed since: " + changes.error().message(),
                "facioctl versions rollback, or edit them by hand");
  const std::string actor = why.actor.value_or("api");
  if (auto before = impl_->version(agent, "before taking back improvement " + run->id, "facioctl"); !before)
    return fail(std::move(before.error()));
  if (changes)  // else it is done already, by a rollback that was cut off
    if (auto status = impl_->write_all(*changes); !status) return fail(std::move(status.error()));
  auto after = impl_->version(agent, "improvement " + run->id + " taken back" + (why.reason ? ": " + *why.reason : ""), actor);
  if (!after) return fail(std::move(after.error()));
  run->status = "rolled_back";
  run->updated_at = impl_->now();
  auto noted = change_metadata(*run, [&](JsonDocument& metadata) {
    metadata.set_string("rolled_back_by", actor);
    metadata.set_string("rollback_version", *after);
    if (why.reason) metadata.set_string("rollback_reason", *why.reason);
  });
  if (!noted) return fail(std::move(noted.error()));
  if (auto status = impl_->save(agent, *run, nullptr); !status) return fail(std::move(status.error()));
  return run;
}

}  // namespace facio
