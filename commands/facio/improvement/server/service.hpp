// Self-improvement: proposals with report and diff, and what people decided about them.
//
// Rules that the wire contract leaves open, decided here:
// - A comment changes neither status nor approval: it is kept under metadata.comments.
// - Approving applies the diff to the workspace as it is then; a diff that no longer applies is a conflict and the run stays as it was. The
//   state before is recorded as a version (rollback_ref), and so is the state after (metadata.version).
// - A rollback undoes only the run's own changes, by applying its diff in reverse, and is recorded as a version.
// - A run reads what was said since the last one. A real model (of the overrides, else the agent's) answers with edits in JSON, within
//   self_improvement.scopes; any other answer makes a run failed_validation that says why. The provider builtin remembers what users ask
//   to be remembered, in so many words. self_improvement.mode decides what becomes of a proposal: review asks, auto_apply applies it, off
//   makes none.
// - Automatic runs need self_improvement.enabled. They start after turns, by auto_triggers (a finished goal is a turn that used tools and
//   came to an answer; a tool error is repeated at the third time in a row); every interval_h with the trigger scheduled among them; and
//   every reflection_interval_h as a reflection, which is about the memory alone and applied at once with reflection_auto_apply, else
//   after review.
// - An agent has one automatic run at a time. Without anything new there is none.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core/result.hpp"
#include "commands/facio/improvement/server/new_messages.hpp"
#include "commands/facio/improvement/server/run_records.hpp"
#include "commands/facio/improvement/shapes.hpp"
#include "commands/facio/runtime/documents.hpp"
#include "commands/facio/runtime/service_context.hpp"
#include "commands/facio/settings/server/service.hpp"
#include "commands/facio/versions/server/service.hpp"
#include "commands/serve/alarm_clock.hpp"
#include "commands/serve/cancel.hpp"
#include "commands/serve/store/store.hpp"
#include "commands/serve/timed_mutex.hpp"

namespace facio {

class CredentialsService;
namespace serve {
class ModelChoice;
struct TurnFacts;
}  // namespace serve

/// Safe from any thread. approve(), rollback() and reflect() block, ask models and run git: only from the pool.
class ImprovementService {
 public:
  ImprovementService(const serve::ServiceContext& context, VersionsService& versions);
  ~ImprovementService() { stop(); }

  /// Sets what asks models and what masks secrets for them; before start(). Without it only the rule of the provider builtin works.
  void use(serve::ModelChoice& models, const CredentialsService& credentials);
  /// Settles the decisions that a process had begun to carry out when it ended: those whose files are all changed are recorded, with their
  /// event, the others undone. Before the first request; what cannot be settled now is settled before the next decision.
  Status recover(std::string_view agent);
  /// Starts the clock for these agents.
  Status start(const std::vector<std::string>& agents);
  /// Starts what is due; called by the clock.
  void tick();
  /// Reports a finished turn, which may start a run. Does not block.
  void turn_ended(std::string_view agent, const serve::TurnFacts& facts);
  /// Starts nothing more, cancels calls of models, and waits for automatic runs to end.
  void stop();

  /// The newest first; `status`: only those; "proposed": all that wait for a decision.
  Result<ImprovementList> list(std::string_view agent, std::int64_t limit, std::optional<std::string_view> status);
  /// Code::not_found.
  Result<ImprovementRun> get(std::string_view agent, std::string_view id);
  /// The report of a run, Markdown. Code::not_found.
  Result<std::string> report(std::string_view agent, std::string_view id);
  /// What a run changes, as a unified diff; `path`: one of its diff_artifacts. Code::not_found.
  Result<std::string> diff(std::string_view agent, std::string_view id, std::optional<std::string_view> path);

  /// Code::not_found.
  Result<ImprovementRun> comment(store::Transaction& tx, std::string_view agent, std::string_view id, const ImprovementComment& remark);
  /// Rejects a proposal. Code::not_found; Code::conflict when it was applied, rolled back or rejected before.
  Result<ImprovementRun> reject(store::Transaction& tx, std::string_view agent, std::string_view id, const ImprovementRejection& why);
  /// Applies a proposal. Code::not_found; Code::conflict when it awaits no decision or no longer applies.
  Result<ImprovementRun> approve(std::string_view agent, std::string_view id);
  /// Undoes an applied proposal. Code::not_found; Code::conflict when it is not applied or its files have changed since.
  Result<ImprovementRun> rollback(std::string_view agent, std::string_view id, const ImprovementRollback& why);

  /// Code::conflict when self_improvement.mode is off. Reads nothing from disk.
  Status may_reflect(std::string_view agent);
  /// Why a proposal waits for a person instead of being applied at once: the setting that says so; empty when it does not wait. Nothing is
  /// applied at once while reflection_auto_apply is off; what the clock's curation of the memory proposes needs nothing else (`by_clock`).
  [[nodiscard]] std::string why_waiting(std::string_view agent, bool by_clock) const;
  /// Goes over what was said since the last reflection, in one session or in all, and proposes what to remember. `trigger`: manual,
  /// scheduled …. The run that this made, with status no_change when there was nothing new. Errors of may_reflect().
  Result<ImprovementRun> reflect(std::string_view agent, const std::optional<std::string>& session, std::string_view trigger);

 private:
  using Guard = std::unique_lock<serve::TimedMutex>;

  struct RunRequest {
    std::optional<std::string> session = {};  ///< nothing: all of them
    std::string trigger = {};
    bool reflection = false;  ///< the clock's curation of the memory: of the memory alone, applied by reflection_auto_apply
    bool automatic = false;   ///< nobody asked for it: without anything new there is no run
  };
  struct Draft {
    /// Ends a proposal that is of no use.
    void refuse(std::string check, std::string why);

    ImprovementRun run;
    serve::RunArtifacts artifacts;
    std::vector<FileChange> changes;
    std::optional<UsageRun> usage;  ///< of a model
    bool read = true;               ///< false: the next run is to read the messages again
  };

  // service.cpp: proposals and decisions
  static Result<Guard> acquire(serve::TimedMutex& mutex);
  /// Locks applying_ and settles what was interrupted: what every change of the workspace begins with.
  Result<Guard> begin_change(std::string_view agent);
  [[nodiscard]] std::string now() const;
  [[nodiscard]] Result<serve::RunArtifacts> artifacts_of(std::string_view agent, std::string_view id) const;
  Result<std::vector<FileChange>> changes_of(const serve::RunArtifacts& artifacts);
  Result<std::vector<FileChange>> without_lines(const std::string& applied);
  Result<std::string> record_version(std::string_view agent, std::string reason, std::string actor);
  [[nodiscard]] Result<ImprovementRun> at_rest(store::Transaction& tx, std::string_view agent, std::string_view id) const;
  Result<ImprovementRun> record_decision(store::Transaction& tx, std::string_view agent, std::string_view action, ImprovementRun run);
  Result<ImprovementRun> apply(std::string_view agent, ImprovementRun run, serve::RunArtifacts artifacts, std::string approval);

  // service_decisions.cpp: what a decision does to the workspace, all of it or nothing, whenever the process ends
  Status write(const FileChange& change, const std::optional<std::string>& expected, const std::optional<std::string>& wanted);
  Status write_all(const std::vector<FileChange>& changes);
  Result<ImprovementRun> carry_out(std::string_view agent, serve::Decision decision, const std::vector<FileChange>& changes);
  Result<ImprovementRun> record(std::string_view agent, serve::Decision decision, bool with_event);
  Status undo(std::string_view agent, const serve::Decision& decision);
  [[nodiscard]] bool is_changed(const serve::DecidedFile& file) const;
  Status settle(std::string_view agent);

  // service_reflect.cpp: the making of a proposal
  Result<std::optional<ImprovementRun>> reflect(std::string_view agent, const RunRequest& request);
  Status make_draft(std::string_view agent, const RunRequest& request, const SettingsImprovement& settings,
                    const serve::NewMessages& messages, Draft& draft);
  Status propose_requested(const serve::NewMessages& messages, Draft& draft);
  Status ask_model(std::string_view agent, const RunRequest& request, const SettingsImprovement& settings,
                   const serve::NewMessages& messages, Draft& draft);
  Status save(std::string_view agent, const Draft& draft, const serve::NewMessages& messages);

  // service_triggers.cpp: what starts automatic runs
  void start_automatic(const std::string& agent, RunRequest request);
  void run_automatic(const std::string& agent, RunRequest request);
  void set_alarm();
  [[nodiscard]] std::optional<std::int64_t> due(const std::string& agent, bool reflection);

  const serve::ServiceContext& context_;
  VersionsService& versions_;
  const serve::Documents<ImprovementRun> runs_;
  const serve::Documents<serve::RunArtifacts> artifacts_;
  const serve::Documents<serve::Decision> decisions_;  ///< begun, and not recorded yet
  serve::ModelChoice* models_ = nullptr;
  const CredentialsService* credentials_ = nullptr;
  serve::TimedMutex applying_;    ///< held by whoever changes the workspace for a run
  serve::TimedMutex reflecting_;  ///< held by whoever reads new messages
  serve::Cancel model_cancel_;
  std::mutex mutex_;  ///< guards what follows
  std::condition_variable idle_;
  bool stopping_ = false;
  std::map<std::string, std::optional<RunRequest>, std::less<>> running_;     ///< agents with an automatic run, and what follows it
  std::map<std::string, std::int64_t, std::less<>> last_goal_;                ///< when a finished goal started a run
  std::map<std::pair<std::string, std::string>, std::int64_t> last_clocked_;  ///< when the clock started a run: by agent and kind
  std::vector<std::string> agents_;                                           ///< that the clock is for
  serve::AlarmClock alarm_;                                                   ///< the last: its thread uses the others
};

}  // namespace facio
