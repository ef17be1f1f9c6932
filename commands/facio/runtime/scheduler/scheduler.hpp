// Fires jobs by the clock: one thread that sleeps until the next planned time, a queue of due jobs, and at most
// `max_concurrent_cron_jobs` turns at once.
#pragma once

#include <chrono>
#include <memory>

#include "cli/core/result.hpp"

namespace facio {
class CronService;
class SettingsService;
namespace store {
class Store;
}
}  // namespace facio

namespace facio::serve {

class AgentTurn;
class Clock;
class JobDelivery;
class WorkPool;

/// Every run leaves in the audit log, under one run_id: what its turn leaves, and cron_run with status ok or error, the
/// duration and, in details, job, name, planned_ms and trigger (schedule, run-now, restart). A run that was skipped or missed leaves a
/// cron_run with status error that says why.
class Scheduler {
 public:
  /// All must outlive it. Follows changes of jobs (`cron`) and of the settings timezone and max_concurrent_cron_jobs until stop().
  Scheduler(store::Store& store, CronService& cron, SettingsService& settings, const Clock& clock, AgentTurn& turn);
  /// What runs the scripts of jobs and delivers their answers, in the pool; before start(). Without it, jobs that ask for either fail.
  void use(JobDelivery& delivery, WorkPool& pool);
  ~Scheduler();

  /// Settles what was missed or cut off (CronService::recover), then starts the clock thread. Call once, before requests are taken.
  Status start();
  /// As start(), but without the thread: tick() is then called by hand. For tests with a clock of their own.
  Status start_without_clock();
  /// Handles everything that is due now, and starts what there is a free place for.
  void tick();
  /// Fires nothing more, waits up to `grace` for turns that go on, cuts off the rest and records them as interrupted. Everything
  /// is durable when it returns. Waiting runs stay in the store and start with the next start().
  void stop(std::chrono::milliseconds grace);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;  ///< shared, so that what subscribed to the settings can tell that it is gone
};

}  // namespace facio::serve
