// Scheduled jobs: the requests on them, and what a run does to their state. No HTTP, no threads.
//
// Decided here, since the wire contract leaves it open:
// - A queued run survives a restart; a run interrupted by one is recorded as an error.
// - After a downtime a missed `at` job runs once at start; `every` and `cron` get one `skipped` entry with the number of missed runs, and
//   continue with the next planned time.
// - A job that is due while its last run is queued or running is `skipped`.
// - `delete_after_run` removes a job after a successful run; after a failed one it stays, disabled, for inspection.
// - `every` counts from creation, resume or the last change of the schedule; slow runs do not shift later ones.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core/json.hpp"
#include "cli/core/unique_function.hpp"
#include "commands/serve/store/store.hpp"

namespace facio {

namespace serve {
class Clock;
}
class SettingsService;

/// The outcome of one run.
struct CronOutcome {
  std::int64_t started_ms = 0;
  std::int64_t duration_ms = 0;
  bool ok = false;
  std::string error;  ///< why it failed
};

/// The result of restore(), to be announced once it is durable.
struct CronRestored {
  std::vector<CronJob> changed;
  std::vector<std::string> removed;
};

/// Is told of durable changes, in order, on the store's writer thread.
class CronListener {
 public:
  virtual ~CronListener() = default;
  /// `run_now`: a run was requested manually.
  virtual void changed(std::string_view agent, const CronJob& job, bool run_now) = 0;
  virtual void removed(std::string_view agent, std::string_view id) = 0;
};

/// Safe from any thread; what takes a Transaction is part of a unit of work on the writer thread.
class CronService {
 public:
  CronService(store::Store& store, SettingsService& settings, const serve::Clock& clock)
      : store_(store), settings_(settings), clock_(clock) {}

  /// All jobs of an agent as the JSON of a CronList.
  Result<std::string> list(std::string_view agent);
  /// One job. Code::not_found.
  Result<CronJob> get(std::string_view agent, std::string_view id);

  /// Adds a job. Code::rejected names the bad field.
  Result<CronJob> create(store::Transaction& tx, std::string_view agent, JsonRef body);
  /// Changes the members that the body has; null clears an optional one. Code::rejected, Code::not_found.
  Result<CronJob> update(store::Transaction& tx, std::string_view agent, std::string_view id, JsonRef body);
  /// Removes a job. A current run is not stopped. Code::not_found.
  Result<CronDeleted> remove(store::Transaction& tx, std::string_view agent, std::string_view id);
  /// Disables a job, and drops its planned and queued runs. Code::not_found.
  Result<CronJob> pause(store::Transaction& tx, std::string_view agent, std::string_view id);
  /// Enables a job, and plans its next run from now on. Code::not_found.
  Result<CronJob> resume(store::Transaction& tx, std::string_view agent, std::string_view id);
  /// Queues a run outside the schedule. Code::not_found; Code::conflict while a run is queued or running.
  Result<CronJob> run_now(store::Transaction& tx, std::string_view agent, std::string_view id);
  /// Replaces the `present` jobs with `wanted`. A job that exists keeps its history; a new one, or one with another schedule, is planned
  /// from now on, without making up for missed times. Code::rejected when a job cannot be planned.
  Result<CronRestored> restore(store::Transaction& tx, std::string_view agent, const std::vector<CronJob>& present,
                               std::vector<CronJob> wanted);

  /// To be called once the unit of work is durable: these notify the listener.
  void announce(std::string_view agent, const CronJob& job);
  CronQueued announce_run(std::string_view agent, const CronJob& job);
  void announce_removed(std::string_view agent, std::string_view id);
  /// Replans every job in the agent's default time zone, after that setting has changed.
  void timezone_changed(std::string_view agent);
  /// After the wall clock was put forward by `by_ms` (negative: back): plans anew what was planned by the clock of before. No time that has
  /// had its run gets another one. What comes due by a jump of up to a day is made up for once; a larger one shows that the clock was wrong
  /// before, and only jobs of kind `at` run then.
  void clock_was_set(std::string_view agent, std::int64_t by_ms);

  /// Sets the listener, or none with nullptr. Call before the first request and after the last.
  void listen(CronListener* listener);

  // For the scheduler, each in a unit of work of its own. They return the job as it is now; nothing when it is gone.

  /// When a run is due at `now`: plans the next one, and queues this one, or skips it while the last one is queued or running.
  Result<std::optional<CronJob>> due(store::Transaction& tx, std::string_view agent, std::string_view id, std::int64_t now);
  /// Starts the queued run. Nothing when there is none.
  Result<std::optional<CronJob>> begin(store::Transaction& tx, std::string_view agent, std::string_view id, std::int64_t now);
  /// Records the end of the run. Nothing when that removes the job.
  Result<std::optional<CronJob>> end(store::Transaction& tx, std::string_view agent, std::string_view id, const CronOutcome& outcome);
  /// At start: settles missed and interrupted runs, and plans anew what was planned by a clock that was ahead.
  Result<std::optional<CronJob>> recover(store::Transaction& tx, std::string_view agent, std::string_view id, std::int64_t now);
  /// Every agent that has jobs; the jobs of one.
  Result<std::vector<std::string>> agents();
  Result<std::vector<CronJob>> jobs(std::string_view agent);

 private:
  Status plan(std::string_view agent, CronJob& job, std::int64_t now);
  Result<std::int64_t> advance(std::string_view agent, CronJob& job, std::int64_t now);
  Result<bool> plan_in_new_zone(std::string_view agent, CronJob& job);
  Result<bool> plan_by_this_clock(std::string_view agent, CronJob& job, std::int64_t now);
  Result<bool> skip_wrongly_due(store::Transaction& tx, std::string_view agent, CronJob& job, std::int64_t now, std::int64_t by_ms);
  void replan(std::string_view agent, UniqueFunction<Result<bool>(store::Transaction&, CronJob&)> plan_one);

  store::Store& store_;
  SettingsService& settings_;
  const serve::Clock& clock_;
  std::mutex mutex_;
  CronListener* listener_ = nullptr;
};

}  // namespace facio
