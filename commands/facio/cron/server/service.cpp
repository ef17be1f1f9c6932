#include "commands/facio/cron/server/service.hpp"

#include <algorithm>
#include <mutex>

#include "cli/core/ids.hpp"
#include "commands/facio/cron/rules.hpp"
#include "commands/facio/cron/server/body.hpp"
#include "commands/facio/cron/server/schedule.hpp"
#include "commands/serve/clock.hpp"
#include "commands/facio/settings/server/service.hpp"

namespace facio {
namespace {

constexpr std::size_t kHistory = 20;

/// Adds to the history and lets the job show it as its last result.
void record(CronJob& job, CronRun run) {
  job.state.last_status = run.status;
  job.state.last_error = run.error;
  auto& history = job.state.run_history.emplace(std::move(job.state.run_history).value_or(std::vector<CronRun>{}));
  history.push_back(std::move(run));
  if (history.size() > kHistory) history.erase(history.begin(), history.end() - static_cast<std::ptrdiff_t>(kHistory));
}

/// The audit event of a run that did not take place or was cut off.
AuditEvent not_run_event(const CronJob& job, std::int64_t planned_ms, const std::string& why) {
  AuditEvent event;
  event.event = "cron_run";
  event.status = "error";
  event.origin = event.channel = "cron";
  event.session_key = "cron:" + job.id;
  event.message = "cron job \"" + job.name + "\": " + why;
  RawJson details{"{\"job\":"};
  append_json_string(details.text, job.id);
  details.text += ",\"name\":";
  append_json_string(details.text, job.name);
  details.text += ",\"planned_ms\":" + std::to_string(planned_ms) + "}";
  event.details = std::move(details);
  return event;
}

std::string count_of_runs(std::int64_t count) { return std::to_string(count) + (count == 1 ? " run" : " runs"); }

}  // namespace

struct CronService::Impl {
  store::Store& store;
  SettingsService& settings;
  const serve::Clock& clock;
  std::mutex mutex;
  CronListener* listener = nullptr;

  /// The job of a unit of work, or Code::not_found.
  Result<CronJob> existing(store::Transaction& tx, std::string_view agent, std::string_view id) {
    auto job = tx.get_cron(agent, id);
    if (!job) return fail(std::move(job.error()));
    if (!*job) return no_such("cron job", id, "facioctl cron list");
    return std::move(**job);
  }
  /// Plans the first run from now; none when the job is disabled.
  Status plan(std::string_view agent, CronJob& job, std::int64_t now) {
    job.state.next_run_at_ms.reset();
    if (!job.enabled) return {};
    auto next = serve::first_run(job.schedule, settings.timezone(agent), now);
    if (!next) return fail(std::move(next.error()));
    job.state.next_run_at_ms = *next;
    return {};
  }
  Result<CronJob> save(store::Transaction& tx, std::string_view agent, CronJob job) {
    if (auto status = tx.save_cron(agent, job); !status) return fail(std::move(status.error()));
    return job;
  }
  /// A run that does not take place: history and audit log.
  Status skip(store::Transaction& tx, std::string_view agent, CronJob& job, std::int64_t planned_ms, const std::string& why) {
    record(job, {planned_ms, "skipped", 0, why});
    return tx.append_audit(agent, not_run_event(job, planned_ms, why));
  }
  /// From a planned run to the one after; nothing more for kind `at`.
  Result<serve::Following> advance(std::string_view agent, CronJob& job, std::int64_t now) {
    auto following = serve::following_run(job.schedule, settings.timezone(agent), job.state.next_run_at_ms.value_or(now), now);
    if (following) job.state.next_run_at_ms = following->next;
    return following;
  }
  /// Plans anew when that gives another time; false when nothing changes.
  Result<bool> plan_anew(std::string_view agent, CronJob& job, bool only_without_zone, std::int64_t now) {
    const auto old = job.state.next_run_at_ms;
    if (!job.enabled || !old || job.schedule.kind == "at") return false;
    if (job.schedule.kind == "every") {
      if (only_without_zone || *old - now <= job.schedule.every_ms.value_or(0)) return false;
    } else if (only_without_zone ? job.schedule.tz.has_value() : *old <= now) {
      return false;  // a due run is fired, not planned anew
    }
    if (auto status = plan(agent, job, now); !status) return fail(std::move(status.error()));
    return job.state.next_run_at_ms != old;
  }
};

CronService::CronService(store::Store& store, SettingsService& settings, const serve::Clock& clock)
    : impl_(new Impl{.store = store, .settings = settings, .clock = clock, .mutex = {}, .listener = nullptr}) {}
CronService::~CronService() = default;

// ------------------------------------------------------------------------------------------------------ requests

Result<std::string> CronService::list(std::string_view agent) {
  std::int64_t count = 0;
  auto items = impl_->store.cron().list_json(agent, count);
  if (!items) return fail(std::move(items.error()));
  std::string reply;
  reply.reserve(items->size() + 64);  // lists are long and asked for often: one allocation
  reply += "{\"items\":";
  reply += *items;
  reply += ",\"count\":";
  reply += std::to_string(count);
  reply += '}';
  return reply;
}

Result<CronJob> CronService::get(std::string_view agent, std::string_view id) {
  auto job = impl_->store.cron().get(agent, id);
  if (!job) return fail(std::move(job.error()));
  if (!*job) return no_such("cron job", id, "facioctl cron list");
  return std::move(**job);
}

Result<CronJob> CronService::create(store::Transaction& tx, std::string_view agent, JsonRef body) {
  const std::int64_t now = impl_->clock.now_ms();
  auto job = serve::job_from_body(body, now);
  if (!job) return job;
  if (auto status = impl_->plan(agent, *job, now); !status) return fail(std::move(status.error()));
  for (;;) {
    job->id = random_hex(4);
    auto taken = tx.get_cron(agent, job->id);
    if (!taken) return fail(std::move(taken.error()));
    if (!*taken) break;
  }
  return impl_->save(tx, agent, std::move(*job));
}

Result<CronJob> CronService::update(store::Transaction& tx, std::string_view agent, std::string_view id, JsonRef body) {
  auto job = impl_->existing(tx, agent, id);
  if (!job) return job;
  const std::int64_t now = impl_->clock.now_ms();
  const CronSchedule schedule = job->schedule;
  const bool enabled = job->enabled;
  if (auto status = serve::change_job(*job, body, now); !status) return fail(std::move(status.error()));
  if (!job->enabled && enabled) job->state.queued_at_ms.reset();
  if (job->schedule != schedule || job->enabled != enabled)
    if (auto status = impl_->plan(agent, *job, now); !status) return fail(std::move(status.error()));
  return impl_->save(tx, agent, std::move(*job));
}

Result<CronDeleted> CronService::remove(store::Transaction& tx, std::string_view agent, std::string_view id) {
  auto erased = tx.erase_cron(agent, id);
  if (!erased) return fail(std::move(erased.error()));
  if (!*erased) return no_such("cron job", id, "facioctl cron list");
  return CronDeleted{std::string(id)};
}

Result<CronJob> CronService::pause(store::Transaction& tx, std::string_view agent, std::string_view id) {
  auto job = impl_->existing(tx, agent, id);
  if (!job) return job;
  job->enabled = false;
  job->state.next_run_at_ms.reset();
  job->state.queued_at_ms.reset();
  return impl_->save(tx, agent, std::move(*job));
}

Result<CronJob> CronService::resume(store::Transaction& tx, std::string_view agent, std::string_view id) {
  auto job = impl_->existing(tx, agent, id);
  if (!job || (job->enabled && job->state.next_run_at_ms)) return job;
  job->enabled = true;
  if (auto status = impl_->plan(agent, *job, impl_->clock.now_ms()); !status) return fail(std::move(status.error()));
  return impl_->save(tx, agent, std::move(*job));
}

Result<CronJob> CronService::run_now(store::Transaction& tx, std::string_view agent, std::string_view id) {
  auto job = impl_->existing(tx, agent, id);
  if (!job) return job;
  if (job->state.running_since_ms)
    return fail(Code::conflict, "cron job \"" + job->id + "\" is running already", "facioctl cron get " + job->id);
  if (job->state.queued_at_ms)
    return fail(Code::conflict, "cron job \"" + job->id + "\" waits for a run already", "facioctl cron get " + job->id);
  job->state.queued_at_ms = impl_->clock.now_ms();
  return impl_->save(tx, agent, std::move(*job));
}

Result<CronRestored> CronService::restore(store::Transaction& tx, std::string_view agent, const std::vector<CronJob>& present,
                                          std::vector<CronJob> wanted) {
  CronRestored restored;
  for (const CronJob& job : present) {
    if (std::ranges::any_of(wanted, [&](const CronJob& other) { return other.id == job.id; })) continue;
    auto erased = tx.erase_cron(agent, job.id);
    if (!erased) return fail(std::move(erased.error()));
    restored.removed.push_back(job.id);
  }
  for (CronJob& job : wanted) {
    auto old = tx.get_cron(agent, job.id);
    if (!old) return fail(std::move(old.error()));
    const bool planned = *old && (*old)->schedule == job.schedule && (*old)->enabled == job.enabled;
    job.state = *old ? std::move((*old)->state) : CronState{};
    if (!job.enabled) job.state.queued_at_ms.reset();
    if (!planned)
      if (auto status = impl_->plan(agent, job, impl_->clock.now_ms()); !status) return fail(std::move(status.error()));
    if (auto status = tx.save_cron(agent, job); !status) return fail(std::move(status.error()));
    restored.changed.push_back(std::move(job));
  }
  return restored;
}

// -------------------------------------------------------------------------------------------------- announcements

void CronService::announce(std::string_view agent, const CronJob& job) {
  const std::lock_guard lock(impl_->mutex);
  if (impl_->listener != nullptr) impl_->listener->changed(agent, job, false);
}

CronQueued CronService::announce_run(std::string_view agent, const CronJob& job) {
  const std::lock_guard lock(impl_->mutex);
  if (impl_->listener != nullptr) impl_->listener->changed(agent, job, true);
  return {.id = job.id, .queued = true};
}

void CronService::announce_removed(std::string_view agent, std::string_view id) {
  const std::lock_guard lock(impl_->mutex);
  if (impl_->listener != nullptr) impl_->listener->removed(agent, id);
}

void CronService::listen(CronListener* listener) {
  const std::lock_guard lock(impl_->mutex);
  impl_->listener = listener;
}

void CronService::timezone_changed(std::string_view agent) { replan(agent, true); }

void CronService::replan(std::string_view agent_name, bool only_without_zone) {
  const auto listed = impl_->store.cron().list(agent_name);
  if (!listed) return;
  std::vector<std::string> ids;
  for (const CronJob& job : *listed) ids.push_back(job.id);
  auto changed = std::make_shared<std::vector<CronJob>>();
  const std::string agent(agent_name);
  impl_->store.submit(
      [this, agent, ids = std::move(ids), only_without_zone, changed](store::Transaction& tx) -> Status {
        for (const std::string& id : ids) {
          auto job = tx.get_cron(agent, id);
          if (!job) return fail(std::move(job.error()));
          if (!*job) continue;
          const auto differs = impl_->plan_anew(agent, **job, only_without_zone, impl_->clock.now_ms());
          if (!differs || !*differs) continue;  // a job that cannot be planned keeps its time
          if (auto status = tx.save_cron(agent, **job); !status) return status;
          changed->push_back(std::move(**job));
        }
        return {};
      },
      [this, agent, changed](const Status& status) {
        if (status)
          for (const CronJob& job : *changed) announce(agent, job);
      });
}

// ------------------------------------------------------------------------------------------------------ scheduler

Result<std::optional<CronJob>> CronService::due(store::Transaction& tx, std::string_view agent, std::string_view id, std::int64_t now) {
  auto job = tx.get_cron(agent, id);
  if (!job || !*job) return job;
  CronState& state = (*job)->state;
  if (!(*job)->enabled || !state.next_run_at_ms || *state.next_run_at_ms > now) return job;
  const std::int64_t planned = *state.next_run_at_ms;
  const auto following = impl_->advance(agent, **job, now);
  if (!following) return fail(following.error());
  Status status;
  if (following->missed > 1)
    status = impl_->skip(tx, agent, **job, planned,
                         "missed " + count_of_runs(following->missed - 1) + ": the machine slept or its clock was set");
  if (status && state.running_since_ms) status = impl_->skip(tx, agent, **job, planned, "still running");
  else if (status && state.queued_at_ms) status = impl_->skip(tx, agent, **job, planned, "the run before still waits for a free place");
  else state.queued_at_ms = now;
  if (status) status = tx.save_cron(agent, **job);
  if (!status) return fail(std::move(status.error()));
  return job;
}

Result<std::optional<CronJob>> CronService::begin(store::Transaction& tx, std::string_view agent, std::string_view id, std::int64_t now) {
  auto job = tx.get_cron(agent, id);
  if (!job || !*job) return job;
  CronState& state = (*job)->state;
  if (!state.queued_at_ms || state.running_since_ms) return std::optional<CronJob>{};
  state.queued_at_ms.reset();
  state.running_since_ms = now;
  if (auto status = tx.save_cron(agent, **job); !status) return fail(std::move(status.error()));
  return job;
}

Result<std::optional<CronJob>> CronService::end(store::Transaction& tx, std::string_view agent, std::string_view id,
                                                const CronOutcome& outcome) {
  auto found = tx.get_cron(agent, id);
  if (!found || !*found) return found;
  CronJob& job = **found;
  job.state.running_since_ms.reset();
  job.state.last_run_at_ms = outcome.started_ms;
  CronRun run{outcome.started_ms, outcome.ok ? "ok" : "error", outcome.duration_ms, std::nullopt};
  if (!outcome.ok) run.error = outcome.error;
  record(job, std::move(run));
  // A run by hand before the planned time does not use up a job of kind `at`.
  const bool used_up = job.schedule.kind != "at" || !job.state.next_run_at_ms;
  if (job.delete_after_run && used_up && outcome.ok) {
    auto erased = tx.erase_cron(agent, id);
    if (!erased) return fail(std::move(erased.error()));
    return std::optional<CronJob>{};
  }
  if (used_up && (job.delete_after_run || job.schedule.kind == "at")) {
    job.enabled = false;
    job.state.next_run_at_ms.reset();
  }
  if (auto status = tx.save_cron(agent, job); !status) return fail(std::move(status.error()));
  return found;
}

Result<std::optional<CronJob>> CronService::recover(store::Transaction& tx, std::string_view agent, std::string_view id, std::int64_t now) {
  if (auto cut = tx.get_cron(agent, id); !cut || !*cut) {
    return cut;
  } else if ((*cut)->state.running_since_ms) {
    const std::int64_t started = *(*cut)->state.running_since_ms;
    const std::string why = "interrupted: the runtime ended during the run";
    if (auto status = tx.append_audit(agent, not_run_event(**cut, started, why)); !status) return fail(std::move(status.error()));
    if (auto ended = end(tx, agent, id, {started, 0, false, why}); !ended) return ended;
  }
  auto found = tx.get_cron(agent, id);
  if (!found || !*found) return found;
  CronJob& job = **found;
  const auto next = job.state.next_run_at_ms;
  if (!job.enabled || (next && *next > now)) return found;
  if (!next) {
    // Only a job that could not be planned, as its zone was gone for a while.
    if (job.schedule.kind == "at") return found;
    if (auto status = impl_->plan(agent, job, now); !status) return found;
  } else {
    const auto following = impl_->advance(agent, job, now);
    if (!following) return found;
    Status status;
    if (job.schedule.kind == "at") job.state.queued_at_ms = job.state.queued_at_ms.value_or(now);
    else status = impl_->skip(tx, agent, job, *next, "missed " + count_of_runs(following->missed) + " while the runtime was down");
    if (!status) return fail(std::move(status.error()));
  }
  if (auto status = tx.save_cron(agent, job); !status) return fail(std::move(status.error()));
  return found;
}

Result<std::vector<std::string>> CronService::agents() { return impl_->store.cron().agents(); }

Result<std::vector<CronJob>> CronService::jobs(std::string_view agent) { return impl_->store.cron().list(agent); }

}  // namespace facio
