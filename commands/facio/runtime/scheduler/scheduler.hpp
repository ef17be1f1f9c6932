// Fires jobs by the clock: one thread that sleeps until the next planned time, a queue of due jobs, and at most
// `max_concurrent_cron_jobs` turns at once.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>

#include "commands/facio/cron/server/service.hpp"
#include "commands/facio/runtime/scheduler/run_queue.hpp"
#include "commands/serve/alarm_clock.hpp"
#include "commands/serve/cancel.hpp"

namespace facio::serve {

class AgentTurn;
class Clock;
class JobDelivery;
class WorkPool;

/// Every run leaves in the audit log, under one run_id: what its turn leaves, and cron_run with status ok or error, the
/// duration and, in details, job, name, planned_ms and trigger (schedule, run-now, restart). A run that was skipped or missed leaves a
/// cron_run with status error that says why.
class Scheduler final : private CronListener {
 public:
  /// All must outlive it. Follows changes of jobs (`cron`) and of the settings timezone and max_concurrent_cron_jobs until stop().
  /// `delivery` runs the scripts of jobs and delivers their answers, in the pool; without it, jobs that ask for either fail.
  Scheduler(store::Store& store, CronService& cron, SettingsService& settings, const Clock& clock, AgentTurn& turns,
            JobDelivery* delivery = nullptr, WorkPool* pool = nullptr)
      : store_(store), cron_(cron), settings_(settings), clock_(clock), turns_(turns), delivery_(delivery), pool_(pool) {}
  ~Scheduler() override { stop(std::chrono::milliseconds(0)); }
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  /// Settles what was missed or interrupted (CronService::recover), then starts the clock thread. Call once, before requests are accepted.
  Status start();
  /// As start(), but without the thread: tick() is then called by hand. For tests with a clock of their own.
  Status start_without_clock();
  /// Handles everything that is due now, and starts what there is a free slot for.
  void tick();
  /// Plans anew what the setting of the clock concerns, then ticks.
  void clock_was_set(std::int64_t by_ms);
  /// Fires nothing more, waits up to `grace` for running turns, then cancels them and records them as interrupted. Everything is durable
  /// when it returns. Queued runs stay in the store and start with the next start().
  void stop(std::chrono::milliseconds grace);

 private:
  struct Run;
  using RunPtr = std::shared_ptr<Run>;

  void changed(std::string_view agent, const CronJob& job, bool run_now) override;
  void removed(std::string_view agent, std::string_view id) override;
  void settings_changed(std::string_view agent, const std::vector<std::string>& names);
  Status recover();

  void set_alarm();  ///< Requires: mutex_ held.
  void retry_later(UniqueFunction<void()> work);
  void apply(const JobKey& key, const std::optional<CronJob>& job, std::string_view trigger, std::int64_t planned_ms);
  void submit(UniqueFunction<Status(store::Transaction&)> work, UniqueFunction<void(Status)> done);
  void work_begins();
  void work_ended();
  void in_pool(const RunPtr& run, UniqueFunction<void()> work);

  void become_due(const JobKey& key, std::int64_t planned);
  void start_waiting();
  void begin(WaitingRun waiting);
  Status begin_work(store::Transaction& tx, Run& run);
  void start_turn(const RunPtr& run);
  void run_turn(const RunPtr& run);
  void send(const RunPtr& run, const std::string& text);
  Status end_work(store::Transaction& tx, Run& run, std::int64_t duration, const std::string& error);
  void ended(const RunPtr& run);
  void finish(const RunPtr& run, const std::string& error);
  void release(const JobKey& key);

  store::Store& store_;
  CronService& cron_;
  SettingsService& settings_;
  const Clock& clock_;
  AgentTurn& turns_;
  JobDelivery* delivery_;
  WorkPool* pool_;
  Cancel cancel_;  ///< of what runs in the pool
  AlarmClock alarm_;
  std::mutex mutex_;  ///< guards everything below
  std::condition_variable quiet_;
  RunQueue queue_;
  std::vector<std::pair<std::int64_t, UniqueFunction<void()>>> retries_;  ///< by Clock::elapsed_ms()
  std::size_t in_flight_ = 0;                                             ///< units of work whose end has not been seen
  bool stopping_ = false;

  /// What the settings call; their subscription outlives the scheduler.
  struct Subscription {
    std::mutex mutex;
    Scheduler* scheduler;  ///< null after stop()
  };
  std::shared_ptr<Subscription> subscription_;
};

}  // namespace facio::serve
