// The making of a proposal: from new messages, by a rule or by a model, through the checks, to what the settings decide.
#include <algorithm>
#include <cstdio>

#include "cli/core/encoding.hpp"
#include "cli/files/workspace_files.hpp"
#include "commands/facio/credentials/server/service.hpp"
#include "commands/facio/improvement/server/memory.hpp"
#include "commands/facio/improvement/server/model_proposal.hpp"
#include "commands/facio/improvement/server/proposal_checks.hpp"
#include "commands/facio/improvement/server/service.hpp"
#include "commands/facio/runtime/models/model_choice.hpp"
#include "commands/serve/clock.hpp"

namespace facio {
namespace {

/// The scopes that the settings allow; for a reflection only the memory.
std::vector<std::string> scopes_of(const SettingsImprovement& settings, bool reflection) {
  if (!reflection) return settings.scopes;
  const bool memory = std::ranges::find(settings.scopes, "memory") != settings.scopes.end();
  return memory ? std::vector<std::string>{"memory"} : std::vector<std::string>{};
}

/// An id that sorts by time.
std::string new_run_id(std::int64_t now_ms) {
  char time[20];
  (void)std::snprintf(time, sizeof time, "%012llx", static_cast<unsigned long long>(now_ms));
  return std::string("run-") + time + "-" + random_hex(2);
}

/// As inline code of Markdown, whatever it holds.
std::string as_code(const std::string& text) {
  std::string fence = "`";
  while (text.find(fence) != std::string::npos) fence += '`';
  const std::string gap = fence.size() > 1 ? " " : "";
  return fence + gap + text + gap + fence;
}

std::string unless_secret(const std::string& text) {
  return serve::looks_secret(text) ? "(looks like a secret; not repeated here)" : as_code(text);
}

/// Markdown for the person who has to decide. A proposal that may hold a secret is not repeated.
std::string report_of(const ImprovementRun& run, const serve::NewMessages& messages, const std::vector<std::string>& things) {
  std::string text = "# Reflection " + run.id + "\n\nStarted by: " + run.trigger + ". Read: " + std::to_string(messages.count) +
                     " new messages of users in " + std::to_string(messages.marks.size()) + " sessions.\n\n## Proposal\n\n";
  if (things.empty()) {
    text += unless_secret(run.proposal_summary) + "\n";
    if (!run.diff_artifacts.empty()) text += "\nFiles:\n\n";
    for (const std::string& path : run.diff_artifacts) text += "- " + as_code(path) + "\n";
  } else {
    text += "Add to `memory/MEMORY.md`:\n\n";
    for (const std::string& thing : things) text += "- " + unless_secret(thing) + "\n";
  }
  if (!run.checks.empty()) text += "\n## Checks\n\n";
  for (const ImprovementCheck& check : run.checks)
    text += "- " + check.name + ": " + check.status + (check.detail ? " (" + *check.detail + ")" : "") + "\n";
  return text;
}

}  // namespace

void ImprovementService::Draft::refuse(std::string check, std::string why) {
  run.status = "failed_validation";
  run.proposal_summary = "the proposal cannot be used";
  run.checks = {{.name = std::move(check), .status = "failed", .detail = std::move(why)}};
}

/// Proposes what users asked to have remembered.
Status ImprovementService::propose_requested(const serve::NewMessages& messages, Draft& draft) {
  std::optional<std::string> memory;
  if (auto read = context_.files.read(serve::kMemoryFile, serve::kMostMemory)) memory = std::move(*read);
  else if (read.error().code() != Code::not_found) return fail(std::move(read.error()));
  std::string after = serve::with_bullets(memory.value_or(""), messages.to_remember, draft.artifacts.things);
  const std::size_t count = draft.artifacts.things.size();
  if (count == 0) return {};
  draft.run.proposal_summary = "remember " + (count == 1 ? "one thing" : std::to_string(count) + " things") + " that users asked for";
  draft.changes = {{.path = std::string(serve::kMemoryFile), .before = std::move(memory), .after = std::move(after)}};
  return {};
}

/// Lets a model make the proposal.
Status ImprovementService::ask_model(std::string_view agent, const RunRequest& request, const SettingsImprovement& settings,
                                     const serve::NewMessages& messages, Draft& draft) {
  auto chosen = models_->choose(agent, settings.provider_override.value_or(""), settings.model_override.value_or(""));
  if (!chosen) {
    draft.read = false;
    draft.refuse("model", chosen.error().message());
    return {};
  }
  if (!chosen->remote) return propose_requested(messages, draft);
  draft.run.scopes = scopes_of(settings, request.reflection);
  if (messages.marks.empty()) return {};
  const std::int64_t begun = context_.clock.elapsed_ms();
  const serve::ProposalRequest wanted{.agent = std::string(agent),
                                      .trigger = request.trigger,
                                      .model = chosen->name,
                                      .scopes = draft.run.scopes,
                                      .most_rounds = settings.max_iterations,
                                      .max_tokens = context_.settings.advanced(agent).max_tokens,
                                      .masked = [this, agent](std::string_view text) { return credentials_->masked(agent, text); }};
  auto answer = serve::request_proposal(*chosen->model, context_.files, wanted, messages, model_cancel_);
  if (!answer) {
    draft.read = false;  // the next run reads it again
    draft.refuse("model", "the model " + chosen->name + " of " + chosen->provider + " could not be reached: " + answer.error().message());
    return {};
  }
  UsageRun& usage = draft.usage.emplace(std::move(answer->usage));
  usage.run_id = draft.run.id;
  usage.model = chosen->name;
  usage.provider = chosen->provider;
  usage.origin = "improvement";
  usage.duration_ms = context_.clock.elapsed_ms() - begun;
  if (!answer->problem.empty()) {
    draft.refuse("answer", credentials_->masked(agent, answer->problem));
    return {};
  }
  if (!answer->changes.empty()) draft.run.proposal_summary = credentials_->masked(agent, answer->summary);
  draft.changes = std::move(answer->changes);
  return {};
}

std::string ImprovementService::why_waiting(std::string_view agent, bool by_clock) const {
  if (!context_.settings.advanced(agent).reflection_auto_apply) return "reflection_auto_apply is off";
  const std::string mode = context_.settings.self_improvement(agent).mode;
  return by_clock || mode == "auto_apply" ? std::string() : "self_improvement.mode is " + mode;
}

/// Fills the draft with the proposal, its diffs and checks; the run's status says what becomes of it.
Status ImprovementService::make_draft(std::string_view agent, const RunRequest& request, const SettingsImprovement& settings,
                                      const serve::NewMessages& messages, Draft& draft) {
  ImprovementRun& run = draft.run;
  run.status = "no_change";
  run.proposal_summary = "nothing new to remember";
  if (auto status = models_ == nullptr ? propose_requested(messages, draft) : ask_model(agent, request, settings, messages, draft); !status)
    return status;
  if (run.status == "failed_validation" || draft.changes.empty()) return {};
  run.status = "proposed";
  for (const FileChange& change : draft.changes) {
    auto diff = versions_.make_diff({change});
    if (!diff) return fail(std::move(diff.error()));
    draft.artifacts.diffs.emplace(change.path, std::move(*diff));
    run.diff_artifacts.push_back(change.path);
  }
  serve::Proposal proposal{.paths = run.diff_artifacts,
                           .diff = draft.artifacts.joined(),
                           .scopes = scopes_of(settings, request.reflection),
                           .level = settings.validation_level};
  if (auto fits = versions_.preview(proposal.diff, PatchMode::apply); !fits) proposal.conflict = fits.error().message();
  run.checks = serve::check_proposal(proposal);
  if (draft.usage && settings.validation_level != "off") run.checks.push_back(serve::check_forms(draft.changes));
  if (serve::any_failed(run.checks)) run.status = "failed_validation";
  else if (!why_waiting(agent, request.reflection).empty()) run.status = "approval_requested", run.approval_state = "pending";
  return {};
}

Status ImprovementService::save(std::string_view agent, const Draft& draft, const serve::NewMessages& messages) {
  return context_.store.run([&](store::Transaction& tx) -> Status {
    if (auto status = runs_.save(tx, agent, draft.run.id, draft.run); !status) return status;
    if (auto status = artifacts_.save(tx, agent, draft.run.id, draft.artifacts); !status) return status;
    if (draft.usage)
      if (auto status = tx.append_usage(agent, context_.clock.now_ms(), *draft.usage); !status) return status;
    AuditEvent event = serve::improvement_event("propose", draft.run);
    event.origin = draft.run.trigger == "manual" ? "api" : "agent";
    event.run_id = draft.run.id;
    if (draft.run.status == "failed_validation") event.status = "error";
    if (auto status = tx.append_audit(agent, std::move(event)); !status) return status;
    return draft.read ? serve::save_marks(tx, agent, messages) : Status{};
  });
}

Result<std::optional<ImprovementRun>> ImprovementService::reflect(std::string_view agent, const RunRequest& request) {
  auto reading = acquire(reflecting_);
  if (!reading) return fail(std::move(reading.error()));
  const SettingsImprovement settings = context_.settings.self_improvement(agent);
  if (request.automatic && (!settings.enabled || settings.mode == "off")) return std::optional<ImprovementRun>{};
  auto messages = serve::read_new_messages(context_.store, agent, request.session);
  if (!messages) return fail(std::move(messages.error()));
  if (request.automatic && messages->marks.empty()) return std::optional<ImprovementRun>{};
  Draft draft;
  ImprovementRun& run = draft.run;
  run.id = new_run_id(context_.clock.now_ms());
  run.trigger = request.trigger;
  run.scopes = {"memory"};
  run.created_at = run.updated_at = now();
  run.approval_state = "none";
  run.metadata = json_object("kind", request.automatic && !request.reflection ? "improvement" : "reflection", "messages", messages->count);
  if (auto status = make_draft(agent, request, settings, *messages, draft); !status) return fail(std::move(status.error()));
  if (request.automatic && run.status == "no_change" && !draft.usage) {
    auto status = context_.store.run([&](store::Transaction& tx) { return serve::save_marks(tx, agent, *messages); });
    return status.map([] { return std::optional<ImprovementRun>(); });
  }
  draft.artifacts.report = report_of(run, *messages, draft.artifacts.things);
  auto guard = begin_change(agent);
  if (auto status = save(agent, draft, *messages); !status) return fail(std::move(status.error()));
  if (run.status != "proposed" || !guard) return std::optional(std::move(run));
  ImprovementRun proposed = run;
  auto applied = apply(agent, std::move(run), std::move(draft.artifacts), "none");
  if (!applied) return std::optional(std::move(proposed));  // it stays a proposal, for a person to look at
  return std::optional(std::move(*applied));
}

Status ImprovementService::may_reflect(std::string_view agent) {
  if (context_.settings.self_improvement(agent).mode != "off") return {};
  return fail(Code::conflict, "reflection is off: self_improvement.mode is off", "facioctl settings set self_improvement.mode=review");
}

Result<ImprovementRun> ImprovementService::reflect(std::string_view agent, const std::optional<std::string>& session,
                                                   std::string_view trigger) {
  if (auto status = may_reflect(agent); !status) return fail(std::move(status.error()));
  return reflect(agent, RunRequest{.session = session, .trigger = std::string(trigger)}).map([](auto run) { return std::move(*run); });
}

}  // namespace facio
