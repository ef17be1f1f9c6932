// Jobs that the agent runs by the clock: what may be asked of them and what a run does to their state. No HTTP, no threads.
//
// Rules that the wire contract leaves open, decided here:
// - A run that waits for a free place survives a restart; a run that was cut off by one is kept in the history as an error.
// - Missed while the runtime was down: a job of kind `at` runs once at the next start; `every` and `cron` get one `skipped` entry that
//   tells how many runs were missed, and go on with the next planned time.
// - A job that is due while its last run waits or goes on is `skipped`.
// - `delete_after_run` removes a job after a run that ended ok; after a failed one it stays, disabled, so that it can be inspected.
// - `every` counts from creation, resume or the last change of the schedule; a slow run does not shift later ones.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core/json.hpp"
#include "commands/serve/store/store.hpp"

namespace facio {

namespace serve {
class Clock;
}
class SettingsService;

/// What came of one run.
struct CronOutcome {
  std::int64_t started_ms = 0;
  std::int64_t duration_ms = 0;
  bool ok = false;
  std::string error;  ///< why not ok
};

/// What a restoration of older jobs came to; to be announced when it is durable.
struct CronRestored {
  std::vector<CronJob> changed;
  std::vector<std::string> removed;
};

/// Hears of changes, after they are durable, in their order. Called from the store's writer thread.
class CronListener {
 public:
  virtual ~CronListener() = default;
  /// The job's next planned run (nothing: none), and whether a run was asked for by hand.
  virtual void changed(std::string_view agent, const CronJob& job, bool run_now) = 0;
  virtual void removed(std::string_view agent, std::string_view id) = 0;
};

/// The behaviour of the area. Safe from any thread; what takes a Transaction is part of a unit of work on the writer thread.
class CronService {
 public:
  CronService(store::Store& store, SettingsService& settings, const serve::Clock& clock)
      : store_(store), settings_(settings), clock_(clock) {}

  /// All jobs of an agent as the JSON of a CronList.
  Result<std::string> list(std::string_view agent);
  /// One job. Code::not_found.
  Result<CronJob> get(std::string_view agent, std::string_view id);

  /// Adds a job from a create body. Code::rejected naming the field that is wrong.
  Result<CronJob> create(store::Transaction& tx, std::string_view agent, JsonRef body);
  /// Changes the parts of a job that the body names; null clears an optional part. Code::rejected, Code::not_found.
  Result<CronJob> update(store::Transaction& tx, std::string_view agent, std::string_view id, JsonRef body);
  /// Removes a job. A run that goes on is not stopped. Code::not_found.
  Result<CronDeleted> remove(store::Transaction& tx, std::string_view agent, std::string_view id);
  /// Disables a job; its next run is no longer planned. Code::not_found.
  Result<CronJob> pause(store::Transaction& tx, std::string_view agent, std::string_view id);
  /// Enables a job and plans its next run from now. Code::not_found.
  Result<CronJob> resume(store::Transaction& tx, std::string_view agent, std::string_view id);
  /// Marks a job to be run outside its schedule. Code::not_found; Code::conflict while a run waits or goes on.
  Result<CronJob> run_now(store::Transaction& tx, std::string_view agent, std::string_view id);
  /// Makes the jobs those that are `wanted`: what they are, not what happened to them. A job that is still there keeps its history; one
  /// that is new or whose schedule changed is planned from now; of `present` those that are not wanted are removed. A time that has passed
  /// meanwhile is not made up for. Code::rejected when a wanted job cannot be planned.
  Result<CronRestored> restore(store::Transaction& tx, std::string_view agent, const std::vector<CronJob>& present,
                               std::vector<CronJob> wanted);

  /// Handlers call these when the unit of work is durable; they tell the listener.
  void announce(std::string_view agent, const CronJob& job);
  CronQueued announce_run(std::string_view agent, const CronJob& job);
  void announce_removed(std::string_view agent, std::string_view id);
  /// Plans every job anew that goes by the agent's own time zone; to be called after that setting has changed.
  void timezone_changed(std::string_view agent) { replan(agent, true); }
  /// Plans every job anew from now, where that gives another time: after the clock was set.
  void replan(std::string_view agent, bool only_without_zone);

  /// Who hears of changes; nullptr for nobody. Set before the first request and after the last.
  void listen(CronListener* listener);

  // For the scheduler, each in a unit of work of its own.

  /// The job's time has come (its next run is not after `now`; otherwise nothing happens): plans the next run, and marks this one as
  /// waiting, or as skipped when the run before still waits or goes on. The job as it is now; nothing when it is gone.
  Result<std::optional<CronJob>> due(store::Transaction& tx, std::string_view agent, std::string_view id, std::int64_t now);
  /// The waiting run starts. Nothing when the job is gone or no run waits.
  Result<std::optional<CronJob>> begin(store::Transaction& tx, std::string_view agent, std::string_view id, std::int64_t now);
  /// The run has ended. The job as it is now; nothing when it is gone (or removed by this).
  Result<std::optional<CronJob>> end(store::Transaction& tx, std::string_view agent, std::string_view id, const CronOutcome& outcome);
  /// At start: settles what a job missed or what was cut off. The job as it is now; nothing when it is gone.
  Result<std::optional<CronJob>> recover(store::Transaction& tx, std::string_view agent, std::string_view id, std::int64_t now);
  /// Every agent that has jobs, and its jobs.
  Result<std::vector<std::string>> agents();
  Result<std::vector<CronJob>> jobs(std::string_view agent);

 private:
  Status plan(std::string_view agent, CronJob& job, std::int64_t now);
  Result<std::int64_t> advance(std::string_view agent, CronJob& job, std::int64_t now);
  Result<bool> plan_anew(std::string_view agent, CronJob& job, bool only_without_zone);

  store::Store& store_;
  SettingsService& settings_;
  const serve::Clock& clock_;
  std::mutex mutex_;
  CronListener* listener_ = nullptr;
};

}  // namespace facio
