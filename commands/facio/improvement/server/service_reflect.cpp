// How a proposal comes about: from what was said, by a rule or by a model, through the checks, to what the settings say.
#include <algorithm>

#include "cli/core/json.hpp"
#include "commands/facio/credentials/server/service.hpp"
#include "commands/facio/improvement/server/proposal_checks.hpp"
#include "commands/facio/improvement/server/remembered.hpp"
#include "commands/facio/improvement/server/report.hpp"
#include "commands/facio/improvement/server/service_impl.hpp"
#include "commands/facio/improvement/server/thinking.hpp"
#include "commands/facio/runtime/models/model_choice.hpp"
#include "commands/serve/clock.hpp"

namespace facio {
namespace {

/// What it may change: what the settings allow, of a reflection the memory alone.
std::vector<std::string> scopes_of(const SettingsImprovement& wishes, bool reflection) {
  if (!reflection) return wishes.scopes;
  const bool memory = std::ranges::find(wishes.scopes, "memory") != wishes.scopes.end();
  return memory ? std::vector<std::string>{"memory"} : std::vector<std::string>{};
}

/// The proposal as it stands can go no further.
void refuse(ImprovementRun& run, std::string check, std::string why) {
  run.status = "failed_validation";
  run.proposal_summary = "the proposal cannot be used";
  run.checks = {{.name = std::move(check), .status = "failed", .detail = std::move(why)}};
}

}  // namespace

/// What users asked to be remembered, in so many words.
Status ImprovementService::Impl::propose(const serve::Heard& heard, Draft& draft) {
  std::optional<std::string> memory;
  if (auto read = base.files.read(serve::kMemoryFile, serve::kMostMemory)) memory = std::move(*read);
  else if (read.error().code() != Code::not_found) return fail(std::move(read.error()));
  std::string after = serve::with_bullets(memory.value_or(""), heard.things, draft.artifacts.things);
  const std::size_t count = draft.artifacts.things.size();
  if (count == 0) return {};
  draft.run.proposal_summary = "remember " + (count == 1 ? "one thing" : std::to_string(count) + " things") + " that users asked for";
  draft.changes = {{.path = std::string(serve::kMemoryFile), .before = std::move(memory), .after = std::move(after)}};
  return {};
}

/// What a model makes of it.
Status ImprovementService::Impl::ask(std::string_view agent, const Wanted& wanted, const SettingsImprovement& wishes,
                                     const serve::Heard& heard, Draft& draft) {
  auto chosen = models->choose(agent, wishes.provider_override.value_or(""), wishes.model_override.value_or(""));
  if (!chosen) {
    draft.heard = false;
    refuse(draft.run, "model", chosen.error().message());
    return {};
  }
  if (!chosen->remote) return propose(heard, draft);
  draft.run.scopes = scopes_of(wishes, wanted.reflection);
  if (heard.marks.empty()) return {};
  const std::int64_t begun = base.clock.now_ms();
  const serve::Question question{.agent = std::string(agent),
                                 .trigger = wanted.trigger,
                                 .model = chosen->name,
                                 .scopes = draft.run.scopes,
                                 .most_rounds = wishes.max_iterations,
                                 .max_tokens = base.settings.advanced(agent).max_tokens,
                                 .masked = [this, agent](std::string_view text) { return credentials->masked(agent, text); }};
  auto thought = serve::think(*chosen->model, base.files, question, heard, cut_off);
  if (!thought) {
    draft.heard = false;  // the next run reads it again
    refuse(draft.run, "model", "the model " + chosen->name + " of " + chosen->provider + " was not reached: " + thought.error().message());
    return {};
  }
  UsageRun usage;
  usage.run_id = draft.run.id;
  usage.model = chosen->name;
  usage.provider = chosen->provider;
  usage.origin = "improvement";
  usage.prompt_tokens = thought->prompt_tokens;
  usage.completion_tokens = thought->completion_tokens;
  usage.cached_tokens = thought->cached_tokens;
  usage.iterations = thought->rounds;
  usage.duration_ms = base.clock.now_ms() - begun;
  draft.usage = std::move(usage);
  if (!thought->problem.empty()) {
    refuse(draft.run, "answer", credentials->masked(agent, thought->problem));
    return {};
  }
  if (!thought->changes.empty()) draft.run.proposal_summary = credentials->masked(agent, thought->summary);
  draft.changes = std::move(thought->changes);
  return {};
}

/// The proposal with its diffs and checks; the run's status says what is to become of it.
Status ImprovementService::Impl::draft(std::string_view agent, const Wanted& wanted, const SettingsImprovement& wishes,
                                       const serve::Heard& heard, Draft& draft) {
  ImprovementRun& run = draft.run;
  run.status = "no_change";
  run.proposal_summary = "nothing new to remember";
  if (auto status = models == nullptr ? propose(heard, draft) : ask(agent, wanted, wishes, heard, draft); !status) return status;
  if (run.status == "failed_validation" || draft.changes.empty()) return {};
  run.status = "proposed";
  for (const FileChange& change : draft.changes) {
    auto diff = versions.make_diff({change});
    if (!diff) return fail(std::move(diff.error()));
    draft.artifacts.diffs.emplace(change.path, std::move(*diff));
    run.diff_artifacts.push_back(change.path);
  }
  serve::Proposal proposal{.paths = run.diff_artifacts,
                           .diff = draft.artifacts.joined(),
                           .scopes = scopes_of(wishes, wanted.reflection),
                           .level = wishes.validation_level};
  if (auto fits = versions.preview(proposal.diff, PatchMode::apply); !fits) proposal.conflict = fits.error().message();
  run.checks = serve::check_proposal(proposal);
  if (draft.usage && wishes.validation_level != "off") run.checks.push_back(serve::check_forms(draft.changes));
  const bool at_once = wanted.reflection ? base.settings.advanced(agent).reflection_auto_apply : wishes.mode == "auto_apply";
  if (serve::any_failed(run.checks)) run.status = "failed_validation";
  else if (!at_once) run.status = "approval_requested", run.approval_state = "pending";
  return {};
}

Status ImprovementService::Impl::keep(std::string_view agent_name, const Draft& draft, const serve::Heard& heard) {
  const std::string agent(agent_name);
  return base.store.run([&](store::Transaction& tx) -> Status {
    if (auto status = serve::save_run(tx, agent, draft.run); !status) return status;
    if (auto status = serve::save_artifacts(tx, agent, draft.run.id, draft.artifacts); !status) return status;
    if (draft.usage)
      if (auto status = tx.append_usage(agent, base.clock.now_ms(), *draft.usage); !status) return status;
    AuditEvent event = serve::improvement_event("propose", draft.run);
    event.origin = draft.run.trigger == "manual" ? "api" : "agent";
    event.run_id = draft.run.id;
    if (draft.run.status == "failed_validation") event.status = "error";
    if (auto status = tx.append_audit(agent, std::move(event)); !status) return status;
    return draft.heard ? serve::save_marks(tx, agent, heard) : Status{};
  });
}

Result<std::optional<ImprovementRun>> ImprovementService::Impl::reflect(std::string_view agent, const Wanted& wanted) {
  auto alone = one_at_a_time(thinking);
  if (!alone) return fail(std::move(alone.error()));
  const SettingsImprovement wishes = base.settings.self_improvement(agent);
  if (wanted.by_itself && (!wishes.enabled || wishes.mode == "off")) return std::optional<ImprovementRun>{};
  auto heard = serve::listen(base.store, agent, wanted.session);
  if (!heard) return fail(std::move(heard.error()));
  if (wanted.by_itself && heard->marks.empty()) return std::optional<ImprovementRun>{};
  Draft made{.run = {.id = serve::new_run_id(base.clock.now_ms()), .trigger = wanted.trigger, .scopes = {"memory"}},
             .artifacts = {},
             .changes = {},
             .usage = {}};
  ImprovementRun& run = made.run;
  run.created_at = run.updated_at = now();
  run.approval_state = "none";
  run.metadata = RawJson{R"({"kind":")" + std::string(wanted.by_itself && !wanted.reflection ? "improvement" : "reflection") +
                         R"(","messages":)" + std::to_string(heard->messages) + "}"};
  if (auto status = draft(agent, wanted, wishes, *heard, made); !status) return fail(std::move(status.error()));
  if (wanted.by_itself && run.status == "no_change" && !made.usage) {
    const std::string of(agent);
    auto status = base.store.run([&](store::Transaction& tx) { return serve::save_marks(tx, of, *heard); });
    return status ? Result<std::optional<ImprovementRun>>(std::nullopt) : fail(std::move(status.error()));
  }
  made.artifacts.report = serve::report_of(run, *heard, made.artifacts.things);
  auto guard = one_at_a_time(applying);
  if (auto status = keep(agent, made, *heard); !status) return fail(std::move(status.error()));
  if (run.status != "proposed" || !guard) return std::optional(std::move(run));
  ImprovementRun proposed = run;
  auto applied = apply(agent, std::move(run), std::move(made.artifacts), "none");
  if (!applied) return std::optional(std::move(proposed));  // it stays a proposal, for a person to look at
  return std::optional(std::move(*applied));
}

Status ImprovementService::may_reflect(std::string_view agent) {
  if (impl_->base.settings.self_improvement(agent).mode != "off") return {};
  return fail(Code::conflict, "reflection is off: self_improvement.mode is off", "facioctl settings set self_improvement.mode=review");
}

Result<ImprovementRun> ImprovementService::reflect(std::string_view agent, const std::optional<std::string>& session,
                                                   std::string_view trigger) {
  if (auto status = may_reflect(agent); !status) return fail(std::move(status.error()));
  auto run = impl_->reflect(agent, {.session = session, .trigger = std::string(trigger)});
  if (!run) return fail(std::move(run.error()));
  return std::move(**run);
}

}  // namespace facio
