#include "commands/facio/runtime/scheduler/scheduler.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "cli/core/encoding.hpp"
#include "commands/facio/cron/server/service.hpp"
#include "commands/serve/alarm_clock.hpp"
#include "commands/facio/runtime/scheduler/job_delivery.hpp"
#include "commands/facio/runtime/run_events.hpp"
#include "commands/facio/runtime/scheduler/run_queue.hpp"
#include "commands/serve/clock.hpp"
#include "commands/facio/runtime/turn.hpp"
#include "commands/serve/work_pool.hpp"
#include "commands/facio/settings/server/service.hpp"

namespace facio::serve {
namespace {

/// How long a unit of work that the store refused (a full disk) waits before it is tried again.
constexpr std::int64_t kRetryMs = 30'000;

/// One run from its start to its end.
struct Run {
  JobKey key;
  WaitingRun waiting;
  TurnRequest request;
  CronJob job;  ///< as it was at the start
  std::int64_t started_ms = 0;
  std::optional<AuditEvent> delivered = {};  ///< what became of the answer
};

bool has_scripts(const Run& run) { return run.job.payload.scripts && !run.job.payload.scripts->empty(); }

}  // namespace

struct Scheduler::Impl final : CronListener {
  store::Store& store;
  CronService& cron;
  SettingsService& settings;
  const Clock& clock;
  AgentTurn& turn;
  JobDelivery* delivery = nullptr;
  WorkPool* pool = nullptr;
  Cancel cut_off;  ///< of what goes on in the pool
  AlarmClock alarm;
  std::mutex mutex;
  std::condition_variable quiet;
  RunQueue queue;  // guarded by mutex, as all below
  std::vector<std::pair<std::int64_t, UniqueFunction<void()>>> retries;
  std::size_t in_flight = 0;  // units of work whose end has not been seen
  bool stopping = false;

  Impl(store::Store& s, CronService& c, SettingsService& k, const Clock& t, AgentTurn& a)
      : store(s), cron(c), settings(k), clock(t), turn(a) {}

  // -- what the alarm is set to

  void arm_locked() {
    std::optional<std::int64_t> when = queue.earliest();
    for (const auto& [at, work] : retries)
      if (!when || at < *when) when = at;
    alarm.set(stopping ? std::nullopt : when);
  }
  void retry_later(UniqueFunction<void()> work) {
    const std::lock_guard lock(mutex);
    if (stopping) return;
    retries.emplace_back(clock.now_ms() + kRetryMs, std::move(work));
    arm_locked();
  }
  /// Takes over what a unit of work left of a job.
  void apply(const JobKey& key, const CronJob& job, std::string_view trigger, std::int64_t planned_ms) {
    const std::lock_guard lock(mutex);
    queue.plan(key, job.state.next_run_at_ms);
    if (job.state.queued_at_ms) queue.enqueue({key, trigger, planned_ms});
    else queue.drop(key);
    arm_locked();
  }
  void forget(const JobKey& key) {
    const std::lock_guard lock(mutex);
    queue.plan(key, std::nullopt);
    queue.drop(key);
    arm_locked();
  }
  /// Submits a unit of work that stop() waits for.
  void submit(UniqueFunction<Status(store::Transaction&)> work, UniqueFunction<void(Status)> done) {
    {
      const std::lock_guard lock(mutex);
      ++in_flight;
    }
    store.submit(std::move(work), [this, done = std::move(done)](Status status) mutable {
      done(std::move(status));
      const std::lock_guard lock(mutex);
      --in_flight;
      quiet.notify_all();
    });
  }

  // -- CronListener

  void changed(std::string_view agent, const CronJob& job, bool run_now) override {
    apply({std::string(agent), job.id}, job, run_now ? "run-now" : "schedule", job.state.queued_at_ms.value_or(0));
    pump();
  }
  void removed(std::string_view agent, std::string_view id) override { forget({std::string(agent), std::string(id)}); }

  void settings_changed(std::string_view agent, const std::vector<std::string>& names) {
    {
      const std::lock_guard lock(mutex);
      if (stopping) return;
    }
    for (const std::string& name : names) {
      if (name == "timezone") cron.timezone_changed(agent);
      if (name == "max_concurrent_cron_jobs") pump();
    }
  }

  // -- from due to done

  void tick() {
    const std::int64_t now = clock.now_ms();
    std::vector<std::pair<std::int64_t, JobKey>> due;
    std::vector<UniqueFunction<void()>> again;
    {
      const std::lock_guard lock(mutex);
      if (stopping) return;
      due = queue.take_due(now);
      for (auto& [at, work] : retries)
        if (at <= now) again.push_back(std::move(work));
      std::erase_if(retries, [&](const auto& retry) { return retry.first <= now; });
      arm_locked();
    }
    for (auto& work : again) work();
    for (const auto& [planned, key] : due) become_due(key, planned);
  }

  void become_due(const JobKey& key, std::int64_t planned) {
    auto after = std::make_shared<std::optional<CronJob>>();
    submit(
        [this, key, after](store::Transaction& tx) -> Status {
          auto job = cron.due(tx, key.agent, key.id, clock.now_ms());
          if (!job) return fail(std::move(job.error()));
          *after = std::move(*job);
          return {};
        },
        [this, key, after, planned](const Status& status) {
          if (!status) return retry_later([this, key, planned] { become_due(key, planned); });
          if (!*after) return forget(key);
          apply(key, **after, "schedule", planned);
          pump();
        });
  }

  /// Starts waiting runs as long as there are places.
  void pump() {
    for (;;) {
      std::optional<WaitingRun> next;
      {
        const std::lock_guard lock(mutex);
        if (stopping) return;
        next = queue.take([this](const std::string& agent) { return settings.advanced(agent).max_concurrent_cron_jobs; });
      }
      if (!next) return;
      begin(std::move(*next));
    }
  }

  void begin(WaitingRun waiting) {
    auto run = std::make_shared<Run>();
    run->key = waiting.job;
    run->waiting = std::move(waiting);
    auto found = std::make_shared<bool>(false);
    submit([this, run, found](store::Transaction& tx) { return begin_work(tx, *run, *found); },
           [this, run, found](const Status& status) {
             if (status && *found) {
               const std::lock_guard lock(mutex);
               queue.started(run->key);
             } else {
               release(run->key);
               if (!status) retry_later([this, waiting = run->waiting] { wait_again(waiting); });
               return pump();
             }
             start_turn(run);
           });
  }
  Status begin_work(store::Transaction& tx, Run& run, bool& found) {
    run.started_ms = clock.now_ms();
    {
      const std::lock_guard lock(mutex);
      if (stopping) return {};  // the run keeps waiting in the store
    }
    auto job = cron.begin(tx, run.key.agent, run.key.id, run.started_ms);
    if (!job) return fail(std::move(job.error()));
    if (!*job) return {};
    run.job = std::move(**job);
    const CronPayload& payload = run.job.payload;
    run.request = {.agent = run.key.agent,
                   .run_id = random_hex(8),
                   .trace_id = random_hex(8),
                   .session_key = "cron:" + run.key.id,
                   .origin = "cron",
                   .channel = "cron",
                   .message = payload.message,
                   .detail_prompt = payload.detail_prompt.value_or("")};
    run.request.trusted = true;  // whoever makes jobs has the management token
    run.request.require_approval = payload.require_approval.value_or(false);
    found = true;
    return {};
  }
  void wait_again(const WaitingRun& waiting) {
    {
      const std::lock_guard lock(mutex);
      queue.enqueue(waiting);
    }
    pump();
  }
  void release(const JobKey& key) {
    const std::lock_guard lock(mutex);
    queue.release(key);
    quiet.notify_all();
  }

  /// Runs `work` in the pool; stop() waits for it. When that cannot be, the run ends with an error.
  void in_pool(const std::shared_ptr<Run>& run, UniqueFunction<void()> work) {
    {
      const std::lock_guard lock(mutex);
      ++in_flight;
    }
    const auto done = [this] {
      const std::lock_guard lock(mutex);
      --in_flight;
      quiet.notify_all();
    };
    const Status taken = pool->submit([work = std::move(work), done]() mutable {
      work();
      done();
    });
    if (taken) return;
    finish(run, taken.error().message());
    done();
  }

  void start_turn(const std::shared_ptr<Run>& run) {
    if (!has_scripts(*run)) return run_turn(run);
    if (delivery == nullptr) return finish(run, "the script " + run->job.payload.scripts->front() + " was not run: this runtime runs none");
    in_pool(run, [this, run] {
      auto written = delivery->run_scripts(run->key.agent, *run->job.payload.scripts, cut_off);
      if (!written) return finish(run, cut_off.cancelled() ? "interrupted: " + cut_off.why() : written.error().message());
      std::string& prompt = run->request.detail_prompt;
      prompt += (prompt.empty() ? "" : "\n\n") + *written;
      run_turn(run);
    });
  }
  void run_turn(const std::shared_ptr<Run>& run) {
    const bool deliver = run->job.payload.deliver;
    const bool elsewhere = deliver && (delivery == nullptr || !delivery->stays_here(run->job.payload));
    auto after = std::make_shared<std::optional<CronJob>>();
    TurnHooks hooks;
    hooks.with_end = [this, run, after, deliver, elsewhere](store::Transaction& tx, const TurnResult& result) -> Status {
      if (result.ok && elsewhere) return {};  // the run goes on
      std::string error = result.error;
      if (result.ok && deliver)
        if (auto status = delivery->with_end(tx, {run->request, run->job, result.answer, clock.now_ms()}, error); !status) return status;
      return end_work(tx, *run, result.duration_ms, error, *after);
    };
    turn.run(run->request, std::move(hooks), [this, run, after, elsewhere](const TurnResult& result) {
      if (result.ok && elsewhere && result.recorded) return send(run, result.answer);
      if (result.recorded) ended(run, *after);
      else finish(run, result.error);
    });
  }
  /// Takes the answer of a turn that has ended to where the job wants it.
  void send(const std::shared_ptr<Run>& run, const std::string& text) {
    if (delivery == nullptr)
      return finish(run, "the answer was not delivered: this runtime is connected to no channel " + run->job.payload.channel.value_or(""));
    in_pool(run, [this, run, text] {
      const JobAnswer answer{run->request, run->job, text, clock.now_ms()};
      std::string error;
      if (auto sent = delivery->send(answer, cut_off); !sent) error = "the answer was not delivered: " + sent.error().message();
      run->delivered = delivery->sent_event(answer, error);
      finish(run, error);
    });
  }

  /// The end of a run as part of a unit of work.
  Status end_work(store::Transaction& tx, const Run& run, std::int64_t duration, const std::string& error, std::optional<CronJob>& after) {
    if (run.delivered)
      if (auto status = tx.append_audit(run.key.agent, *run.delivered); !status) return status;
    auto event = cron_run_event(run.request, run.job, run.waiting.trigger, run.waiting.planned_ms, duration, error);
    if (auto status = tx.append_audit(run.key.agent, std::move(event)); !status) return status;
    auto job = cron.end(tx, run.key.agent, run.key.id, {run.started_ms, duration, error.empty(), error});
    if (!job) return fail(std::move(job.error()));
    after = std::move(*job);
    return {};
  }
  void ended(const std::shared_ptr<Run>& run, const std::optional<CronJob>& after) {
    if (after) apply(run->key, *after, "schedule", 0);
    else forget(run->key);
    release(run->key);
    pump();
  }
  /// Writes the end of a run whose turn did not write it: it never began, its answer went elsewhere, or the runtime stops.
  void finish(const std::shared_ptr<Run>& run, const std::string& error) {
    auto after = std::make_shared<std::optional<CronJob>>();
    submit(
        [this, run, error, after](store::Transaction& tx) { return end_work(tx, *run, clock.now_ms() - run->started_ms, error, *after); },
        [this, run, error, after](const Status& status) {
          // The place stays taken until the end is on the disk; a stop leaves it to the next start.
          if (!status) return retry_or_release(run, error);
          ended(run, *after);
        });
  }
  void retry_or_release(const std::shared_ptr<Run>& run, const std::string& error) {
    {
      const std::lock_guard lock(mutex);
      if (!stopping) {
        retries.emplace_back(clock.now_ms() + kRetryMs, [this, run, error] { finish(run, error); });
        return arm_locked();
      }
    }
    release(run->key);
  }

  // -- start and stop

  Status recover() {
    auto agents = cron.agents();
    if (!agents) return fail(std::move(agents.error()));
    std::vector<std::pair<JobKey, CronJob>> jobs;
    const std::int64_t now = clock.now_ms();
    for (const std::string& agent : *agents) {
      auto listed = cron.jobs(agent);
      if (!listed) return fail(std::move(listed.error()));
      auto status = store.run([&](store::Transaction& tx) -> Status {
        for (const CronJob& job : *listed) {
          auto settled = cron.recover(tx, agent, job.id, now);
          if (!settled) return fail(std::move(settled.error()));
          if (*settled) jobs.emplace_back(JobKey{agent, job.id}, std::move(**settled));
        }
        return {};
      });
      if (!status) return status;
    }
    std::stable_sort(jobs.begin(), jobs.end(), [](const auto& a, const auto& b) {
      return a.second.state.queued_at_ms.value_or(0) < b.second.state.queued_at_ms.value_or(0);
    });
    for (const auto& [key, job] : jobs) apply(key, job, "restart", job.state.queued_at_ms.value_or(0));
    cron.listen(this);
    return {};
  }

  void rung(bool clock_was_set) {
    if (clock_was_set)
      if (const auto agents = cron.agents())
        for (const std::string& agent : *agents) cron.replan(agent, false);
    tick();
  }

  void stop(std::chrono::milliseconds grace) {
    {
      const std::lock_guard lock(mutex);
      if (stopping) return;
      stopping = true;
      for (auto& [at, work] : retries) work = {};
      retries.clear();
    }
    alarm.stop();
    turn.stop(grace);
    cut_off.cancel("the runtime was stopped");
    std::unique_lock lock(mutex);
    quiet.wait(lock, [this] { return in_flight == 0; });
    lock.unlock();
    cron.listen(nullptr);
  }
};

Scheduler::Scheduler(store::Store& store, CronService& cron, SettingsService& settings, const Clock& clock, AgentTurn& turn)
    : impl_(new Impl(store, cron, settings, clock, turn)) {}

Scheduler::~Scheduler() { impl_->stop(std::chrono::milliseconds(0)); }

Status Scheduler::start() {
  if (auto status = impl_->alarm.start([this](bool clock_was_set) { impl_->rung(clock_was_set); }); !status) return status;
  return start_without_clock();
}

Status Scheduler::start_without_clock() {
  if (auto status = impl_->recover(); !status) return status;
  impl_->settings.subscribe([weak = std::weak_ptr<Impl>(impl_)](std::string_view agent, const std::vector<std::string>& names) {
    if (const auto impl = weak.lock()) impl->settings_changed(agent, names);
  });
  impl_->pump();
  return {};
}

void Scheduler::use(JobDelivery& delivery, WorkPool& pool) {
  impl_->delivery = &delivery;
  impl_->pool = &pool;
}

void Scheduler::tick() { impl_->tick(); }

void Scheduler::stop(std::chrono::milliseconds grace) { impl_->stop(grace); }

}  // namespace facio::serve
