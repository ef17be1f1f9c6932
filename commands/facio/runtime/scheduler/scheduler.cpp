#include "commands/facio/runtime/scheduler/scheduler.hpp"

#include <algorithm>

#include "cli/core/encoding.hpp"
#include "cli/core/utf8.hpp"
#include "commands/facio/audit/server/change_event.hpp"
#include "commands/facio/runtime/delivery/job_delivery.hpp"
#include "commands/facio/settings/server/service.hpp"
#include "commands/serve/clock.hpp"
#include "commands/serve/work_pool.hpp"

namespace facio::serve {
namespace {

/// Before a unit of work that the store refused (a full disk) is tried again.
constexpr std::int64_t kRetryMs = 30'000;
constexpr std::size_t kMostOfError = 2000;

}  // namespace

struct Scheduler::Run {
  JobKey key;
  WaitingRun waiting;
  TurnRequest request = {};
  CronJob job = {};                                   ///< as of the start
  std::optional<CronJob> job_after = {};              ///< as of the end; nothing: it is gone
  std::int64_t started_ms = 0, begun_elapsed_ms = 0;  ///< by the wall clock, and by the time that passes
  std::optional<AuditEvent> delivered = {};           ///< how the delivery of the answer went
};

Status Scheduler::start() {
  auto status = alarm_.start([this](AlarmClock::Jump by) {
    if (by) clock_was_set(*by);
    else tick();
  });
  return status ? start_without_clock() : status;
}

Status Scheduler::start_without_clock() {
  if (auto status = recover(); !status) return status;
  subscription_ = std::make_shared<Subscription>();
  subscription_->scheduler = this;
  settings_.subscribe([subscription = subscription_](std::string_view agent, const std::vector<std::string>& names) {
    const std::lock_guard lock(subscription->mutex);
    if (subscription->scheduler != nullptr) subscription->scheduler->settings_changed(agent, names);
  });
  start_waiting();
  return {};
}

Status Scheduler::recover() {
  auto agents = cron_.agents();
  if (!agents) return fail(std::move(agents.error()));
  std::vector<std::pair<JobKey, CronJob>> jobs;
  const std::int64_t now = clock_.now_ms();
  for (const std::string& agent : *agents) {
    auto listed = cron_.jobs(agent);
    if (!listed) return fail(std::move(listed.error()));
    auto status = store_.run([&](store::Transaction& tx) -> Status {
      for (const CronJob& job : *listed) {
        auto settled = cron_.recover(tx, agent, job.id, now);
        if (!settled) return fail(std::move(settled.error()));
        if (*settled) jobs.emplace_back(JobKey{agent, job.id}, std::move(**settled));
      }
      return {};
    });
    if (!status) return status;
  }
  std::ranges::stable_sort(jobs, {}, [](const auto& job) { return job.second.state.queued_at_ms.value_or(0); });
  for (const auto& [key, job] : jobs) apply(key, job, "restart", job.state.queued_at_ms.value_or(0));
  cron_.listen(this);
  return {};
}

void Scheduler::clock_was_set(std::int64_t by_ms) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
  }
  if (const auto agents = cron_.agents())
    for (const std::string& agent : *agents) cron_.clock_was_set(agent, by_ms);
  // In the order of the store's work: what is due now is looked at only after it was planned anew.
  submit([](store::Transaction&) { return Status{}; }, [this](const Status&) { tick(); });
}

void Scheduler::stop(std::chrono::milliseconds grace) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
    retries_.clear();
  }
  if (subscription_) {
    const std::lock_guard lock(subscription_->mutex);
    subscription_->scheduler = nullptr;
  }
  alarm_.stop();
  turns_.stop(grace);
  cancel_.cancel("the runtime was stopped");
  {
    std::unique_lock lock(mutex_);
    quiet_.wait(lock, [this] { return in_flight_ == 0; });
  }
  cron_.listen(nullptr);
}

void Scheduler::set_alarm() {
  std::optional<std::int64_t> when = queue_.earliest();
  for (const auto& [at, work] : retries_) when = std::min(when.value_or(INT64_MAX), clock_.now_ms() + at - clock_.elapsed_ms());
  alarm_.set(stopping_ ? std::nullopt : when);
}

void Scheduler::retry_later(UniqueFunction<void()> work) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return;
  retries_.emplace_back(clock_.elapsed_ms() + kRetryMs, std::move(work));
  set_alarm();
}

/// Takes over the state of a job after a unit of work; nothing: the job is gone.
void Scheduler::apply(const JobKey& key, const std::optional<CronJob>& job, std::string_view trigger, std::int64_t planned_ms) {
  const std::lock_guard lock(mutex_);
  queue_.plan(key, job ? job->state.next_run_at_ms : std::nullopt);
  if (job && job->state.queued_at_ms) queue_.enqueue({key, trigger, planned_ms});
  else queue_.drop(key);
  set_alarm();
}

void Scheduler::changed(std::string_view agent, const CronJob& job, bool run_now) {
  apply({std::string(agent), job.id}, job, run_now ? "run-now" : "schedule", job.state.queued_at_ms.value_or(0));
  start_waiting();
}

void Scheduler::removed(std::string_view agent, std::string_view id) { apply({std::string(agent), std::string(id)}, std::nullopt, {}, 0); }

void Scheduler::settings_changed(std::string_view agent, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (name == "timezone") cron_.timezone_changed(agent);
    if (name == "max_concurrent_cron_jobs") start_waiting();
  }
}

void Scheduler::work_begins() {
  const std::lock_guard lock(mutex_);
  ++in_flight_;
}
void Scheduler::work_ended() {
  const std::lock_guard lock(mutex_);
  --in_flight_;
  quiet_.notify_all();
}

/// Submits a unit of work that stop() waits for.
void Scheduler::submit(UniqueFunction<Status(store::Transaction&)> work, UniqueFunction<void(Status)> done) {
  work_begins();
  store_.submit(std::move(work), [this, done = std::move(done)](Status status) mutable {
    done(std::move(status));
    work_ended();
  });
}

/// Runs `work` in the pool; stop() waits for it. If the pool refuses it, the run ends with an error.
void Scheduler::in_pool(const RunPtr& run, UniqueFunction<void()> work) {
  work_begins();
  const Status accepted = pool_->submit([this, work = std::move(work)]() mutable {
    work();
    work_ended();
  });
  if (accepted) return;
  finish(run, accepted.error().message());
  work_ended();
}

void Scheduler::tick() {
  const std::int64_t now = clock_.now_ms();
  std::vector<std::pair<std::int64_t, JobKey>> due;
  std::vector<UniqueFunction<void()>> again;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    due = queue_.take_due(now);
    const std::int64_t elapsed = clock_.elapsed_ms();
    for (auto& [at, work] : retries_)
      if (at <= elapsed) again.push_back(std::move(work));
    std::erase_if(retries_, [&](const auto& retry) { return retry.first <= elapsed; });
    set_alarm();
  }
  for (auto& work : again) work();
  for (const auto& [planned, key] : due) become_due(key, planned);
}

void Scheduler::become_due(const JobKey& key, std::int64_t planned) {
  auto after = std::make_shared<std::optional<CronJob>>();
  submit(
      [this, key, after](store::Transaction& tx) -> Status {
        auto job = cron_.due(tx, key.agent, key.id, clock_.now_ms());
        if (!job) return fail(std::move(job.error()));
        *after = std::move(*job);
        return {};
      },
      [this, key, after, planned](const Status& status) {
        if (!status) return retry_later([this, key, planned] { become_due(key, planned); });
        apply(key, *after, "schedule", planned);
        if (*after) start_waiting();
      });
}

/// Starts queued runs as long as there are free slots.
void Scheduler::start_waiting() {
  for (;;) {
    std::optional<WaitingRun> next;
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      next = queue_.take([this](const std::string& agent) { return settings_.advanced(agent).max_concurrent_cron_jobs; });
    }
    if (!next) return;
    begin(std::move(*next));
  }
}

void Scheduler::begin(WaitingRun waiting) {
  JobKey key = waiting.job;
  auto run = std::make_shared<Run>(Run{.key = std::move(key), .waiting = std::move(waiting)});
  submit([this, run](store::Transaction& tx) { return begin_work(tx, *run); },
         [this, run](const Status& status) {
           if (status && !run->job.id.empty()) {
             {
               const std::lock_guard lock(mutex_);
               queue_.started(run->key);
             }
             return start_turn(run);
           }
           release(run->key);
           if (!status)
             retry_later([this, waiting = run->waiting] {
               {
                 const std::lock_guard lock(mutex_);
                 queue_.enqueue(waiting);
               }
               start_waiting();
             });
           start_waiting();
         });
}

/// Leaves the job of the run empty when there is nothing to run any more.
Status Scheduler::begin_work(store::Transaction& tx, Run& run) {
  run.started_ms = clock_.now_ms();
  run.begun_elapsed_ms = clock_.elapsed_ms();
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return {};  // the run stays queued in the store
  }
  auto job = cron_.begin(tx, run.key.agent, run.key.id, run.started_ms);
  if (!job) return fail(std::move(job.error()));
  if (!*job) return {};
  run.job = std::move(**job);
  const CronPayload& payload = run.job.payload;
  run.request = {{.agent = run.key.agent,
                  .session_key = "cron:" + run.key.id,
                  .run_id = random_hex(8),
                  .trace_id = random_hex(8),
                  .origin = "cron",
                  .channel = "cron"}};
  run.request.message = payload.message;
  run.request.detail_prompt = payload.detail_prompt.value_or("");
  run.request.trusted = true;  // creating jobs takes the management token
  run.request.require_approval = payload.require_approval.value_or(false);
  run.request.limits = payload.limits.value_or(TimeLimits{});
  run.request.max_turn_ms = payload.max_turn_ms.value_or(0);
  return {};
}

void Scheduler::release(const JobKey& key) {
  const std::lock_guard lock(mutex_);
  queue_.release(key);
}

void Scheduler::start_turn(const RunPtr& run) {
  const auto& scripts = run->job.payload.scripts;
  if (!scripts || scripts->empty()) return run_turn(run);
  if (delivery_ == nullptr) return finish(run, "the script " + scripts->front() + " was not run, because this runtime runs no scripts");
  in_pool(run, [this, run] {
    auto written = delivery_->run_scripts(run->key.agent, *run->job.payload.scripts, cancel_);
    if (!written) return finish(run, cancel_.cancelled() ? "interrupted: " + cancel_.why() : written.error().message());
    std::string& prompt = run->request.detail_prompt;
    prompt += (prompt.empty() ? "" : "\n\n") + *written;
    run_turn(run);
  });
}

void Scheduler::run_turn(const RunPtr& run) {
  const bool deliver = run->job.payload.deliver;
  const bool elsewhere = deliver && (delivery_ == nullptr || !JobDelivery::stays_here(run->job.payload));
  TurnHooks hooks;
  hooks.with_end = [this, run, deliver, elsewhere](store::Transaction& tx, const TurnResult& result) -> Status {
    if (result.ok && elsewhere) return {};  // the run continues with the delivery
    std::string error = result.error;
    if (result.ok && deliver)
      if (auto status = JobDelivery::with_end(tx, {run->request, run->job, result.answer, clock_.now_ms()}, error); !status) return status;
    return end_work(tx, *run, result.duration_ms, error);
  };
  turns_.run(run->request, std::move(hooks), [this, run, elsewhere](const TurnResult& result) {
    if (result.ok && elsewhere && result.recorded) return send(run, result.answer);
    if (result.recorded) ended(run);
    else finish(run, result.error);
  });
}

/// Delivers the answer of a turn that has ended to where the job wants it.
void Scheduler::send(const RunPtr& run, const std::string& text) {
  if (delivery_ == nullptr)
    return finish(run,
                  "the answer was not delivered: this runtime is not connected to the channel " + run->job.payload.channel.value_or(""));
  in_pool(run, [this, run, text] {
    const JobAnswer answer{run->request, run->job, text, clock_.now_ms()};
    std::string error;
    if (auto sent = delivery_->send(answer, cancel_); !sent) error = "the answer was not delivered: " + sent.error().message();
    run->delivered = JobDelivery::event(answer, error);
    finish(run, error);
  });
}

Status Scheduler::end_work(store::Transaction& tx, Run& run, std::int64_t duration, const std::string& error) {
  if (run.delivered)
    if (auto status = tx.append_audit(run.key.agent, *run.delivered); !status) return status;
  AuditEvent event = run_event(run.request, "cron_run");
  event.duration_ms = duration;
  event.message = "cron job \"" + run.job.name + "\": " + (error.empty() ? "ok" : cut_text(error, kMostOfError));
  if (!error.empty()) event.status = "error";
  event.details =
      event_details("job", run.job.id, "name", run.job.name, "planned_ms", run.waiting.planned_ms, "trigger", run.waiting.trigger);
  if (auto status = tx.append_audit(run.key.agent, std::move(event)); !status) return status;
  auto job = cron_.end(tx, run.key.agent, run.key.id, {run.started_ms, duration, error.empty(), error});
  if (!job) return fail(std::move(job.error()));
  run.job_after = std::move(*job);
  return {};
}

void Scheduler::ended(const RunPtr& run) {
  apply(run->key, run->job_after, "schedule", 0);
  release(run->key);
  start_waiting();
}

/// Records the end of a run whose turn did not: it never began, its answer went elsewhere, or the runtime stops.
void Scheduler::finish(const RunPtr& run, const std::string& error) {
  submit([this, run, error](store::Transaction& tx) { return end_work(tx, *run, clock_.elapsed_ms() - run->begun_elapsed_ms, error); },
         [this, run, error](const Status& status) {
           // The slot stays taken until the end is durable; a stop leaves the run to the next start.
           if (!status) return retry_later([this, run, error] { finish(run, error); });
           ended(run);
         });
}

}  // namespace facio::serve
