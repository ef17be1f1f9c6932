// Self-improvement: proposals with report and diff, and what people decided about them.
//
// Rules that the wire contract leaves open, decided here:
// - A comment changes neither status nor approval: it is kept under metadata.comments.
// - Approving applies the diff to the workspace as it is then; a diff that no longer applies is a conflict and the run stays as it was. The
//   state before is recorded as a version (rollback_ref), and so is the state after (metadata.version).
// - A rollback takes back the run's own changes only, by applying its diff the other way round, and is recorded as a version.
// - A run reads what was said since the last one. A real model (of the overrides, else the agent's) answers with edits in JSON, within
//   self_improvement.scopes; an answer that is anything else makes a run failed_validation that says why. The provider builtin remembers
//   what users ask to be remembered, in so many words. self_improvement.mode decides what becomes of a proposal: review asks, auto_apply
//   applies it, off makes none.
// - Runs start by themselves only while self_improvement.enabled: after turns, by auto_triggers (a finished goal is a turn that used tools
//   and came to an answer; a tool error is repeated at the third time in a row), every interval_h with the trigger scheduled among them;
//   and every reflection_interval_h as a reflection: of the memory alone, applied at once with reflection_auto_apply, else after review.
// - One of these goes on at a time for an agent. Without anything new there is no run.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core/result.hpp"
#include "commands/facio/improvement/shapes.hpp"
#include "commands/facio/runtime/service_context.hpp"
#include "commands/serve/store/store.hpp"

namespace facio {

class CredentialsService;
class VersionsService;
class SessionsService;
namespace serve {
class ModelChoice;
struct TurnFacts;
}  // namespace serve

/// Safe from any thread. approve(), rollback() and reflect() block, ask models and run git: only from the pool.
class ImprovementService {
 public:
  ImprovementService(const serve::ServiceContext& context, VersionsService& versions, SessionsService& sessions);
  ~ImprovementService();

  /// What asks models, and what hides secrets from them; before start(). Without it only the rule of the provider builtin works.
  void use(serve::ModelChoice& models, const CredentialsService& credentials);
  /// Starts the clock for these agents.
  Status start(const std::vector<std::string>& agents);
  /// Starts what is due; the clock of start() calls it.
  void tick();
  /// Tells of a turn that has ended, which may start a run. Does not block.
  void turn_ended(std::string_view agent, const serve::TurnFacts& facts);
  /// Starts nothing more, cuts off models that are asked, and waits for runs that started by themselves.
  void stop();

  /// The newest first; `status`: only those.
  Result<ImprovementList> list(std::string_view agent, std::int64_t limit, std::optional<std::string_view> status);
  /// One run. Code::not_found.
  Result<ImprovementRun> get(std::string_view agent, std::string_view id);
  /// The report of a run, Markdown. Code::not_found.
  Result<std::string> report(std::string_view agent, std::string_view id);
  /// What a run changes, as a unified diff; `path`: one of its diff_artifacts. Code::not_found.
  Result<std::string> diff(std::string_view agent, std::string_view id, std::optional<std::string_view> path);

  /// Adds a remark. Code::not_found.
  Result<ImprovementRun> comment(store::Transaction& tx, std::string_view agent, std::string_view id, const ImprovementComment& remark);
  /// Refuses a proposal. Code::not_found; Code::conflict when it was applied, taken back or refused before.
  Result<ImprovementRun> reject(store::Transaction& tx, std::string_view agent, std::string_view id, const ImprovementRejection& why);
  /// Applies a proposal. Code::not_found; Code::conflict when it waits for no decision or no longer applies.
  Result<ImprovementRun> approve(std::string_view agent, std::string_view id);
  /// Takes an applied proposal back. Code::not_found; Code::conflict when it is not applied or its files have changed since.
  Result<ImprovementRun> rollback(std::string_view agent, std::string_view id, const ImprovementRollback& why);

  /// Whether reflections are made at all: the reason when self_improvement.mode is off. Reads nothing from disk.
  Status may_reflect(std::string_view agent);
  /// Goes over what was said since the last reflection, in one session or in all, and proposes what to remember. `trigger`: manual,
  /// scheduled …. The run that this made, with status no_change when there was nothing new. Code::conflict when self_improvement.mode is
  /// off.
  Result<ImprovementRun> reflect(std::string_view agent, const std::optional<std::string>& session, std::string_view trigger);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace facio
