#include "commands/facio/cron/server/service.hpp"

#include <algorithm>

#include "cli/core/encoding.hpp"
#include "cli/core/time.hpp"
#include "cli/core/validate.hpp"
#include "commands/facio/audit/server/change_event.hpp"
#include "commands/facio/cron/rules.hpp"
#include "commands/facio/cron/server/schedule.hpp"
#include "commands/facio/runtime/documents.hpp"
#include "commands/facio/settings/server/overlay.hpp"
#include "commands/facio/settings/server/service.hpp"
#include "commands/serve/clock.hpp"

namespace facio {
namespace {

constexpr std::size_t kHistory = 20;
// A clock that is put forward by more was wrong before, and so was what was planned by it.
constexpr std::int64_t kReasonableJumpMs = kDayMs;

/// The latest time for which a run is known; 0: none. Times beyond what the clock may reasonably be set back by come from a wrong clock.
std::int64_t latest_run(const CronState& state, std::int64_t now) {
  std::int64_t latest = 0;
  const auto take = [&](std::int64_t time) {
    if (time <= now + kReasonableJumpMs) latest = std::max(latest, time);
  };
  for (const auto& time : {state.last_run_at_ms, state.running_since_ms, state.queued_at_ms}) take(time.value_or(0));
  for (const CronRun& run : state.run_history.value_or(std::vector<CronRun>{}))
    if (run.status != "skipped") take(run.run_at_ms);  // a missed time had none
  return latest;
}

/// Adds a run to the history, as the last result.
void record(CronJob& job, CronRun run) {
  job.state.last_status = run.status;
  job.state.last_error = run.error;
  auto& history = job.state.run_history.emplace(std::move(job.state.run_history).value_or(std::vector<CronRun>{}));
  history.push_back(std::move(run));
  if (history.size() > kHistory) history.erase(history.begin(), history.end() - static_cast<std::ptrdiff_t>(kHistory));
}

std::string count_of_runs(std::int64_t count) { return std::to_string(count) + (count == 1 ? " run" : " runs"); }

/// The audit event of runs that were skipped, or of one that was interrupted; `planned_ms`: the first of them.
AuditEvent not_run_event(const CronJob& job, std::int64_t planned_ms, std::string_view status, const std::string& why, std::int64_t count) {
  AuditEvent event =
      change_event("cron_run", "cron job \"" + job.name + "\": " + why + (count > 1 ? " (" + count_of_runs(count) + ")" : ""),
                   event_details("job", job.id, "name", job.name, "planned_ms", planned_ms, "count", count));
  event.status = status;
  event.origin = event.channel = "cron";
  event.session_key = "cron:" + job.id;
  return event;
}

/// Forms of some clients send "" for an empty field.
void empty_to_absent(std::optional<std::string>& text) {
  if (text && text->empty()) text.reset();
}

/// The limits of a job change one by one; null unsets one, or all.
Status apply_limits(JsonRef given, std::optional<TimeLimits>& limits) {
  if (!given) return {};
  TimeLimits now = given.is_null() ? TimeLimits{} : limits.value_or(TimeLimits{});
  if (auto status = settings::overlay(now, given, "limits"); !status) return status;
  limits = now.empty() ? std::nullopt : std::optional(now);
  return {};
}

Status apply_payload(JsonRef body, CronPayload& payload) {
  const std::optional<TimeLimits> limits = payload.limits;
  const JsonRef nested = body.get("payload");
  if (!nested.is_null()) {
    if (auto status = validate(nested, shape_of<CronPayload>, Direction::patch, "payload"); !status) return status;
    if (auto status = settings::overlay(payload, nested, "payload"); !status) return status;
  }
  const std::string kind = payload.kind.value_or(std::string(cron::kPayloadKind));
  if (auto status = settings::overlay(payload, body); !status) return status;
  payload.kind = kind;  // only a nested payload can name it
  payload.limits = limits;
  for (const JsonRef given : {nested.get("limits"), body.get("limits")})
    if (auto status = apply_limits(given, payload.limits); !status) return status;
  empty_to_absent(payload.channel);
  empty_to_absent(payload.to);
  if (!payload.deliver && !body.get("channel") && !nested.get("channel")) payload.channel.reset();  // deliver was switched off
  if (!payload.deliver && !body.get("to") && !nested.get("to")) payload.to.reset();
  if (!payload.channel && !body.get("to") && !nested.get("to")) payload.to.reset();
  return cron::check_payload(payload);
}

Status apply_schedule(JsonRef from, CronSchedule& schedule, std::int64_t now) {
  const JsonRef kind = from.get("kind");
  if (!kind.is_null() && kind.string() != schedule.kind) schedule = CronSchedule{.kind = kind.string()};
  if (auto status = settings::overlay(schedule, from, "schedule"); !status) return status;
  return cron::check_schedule(schedule, now);
}

/// Applies a body to a job; null clears an optional member. A schedule of the same kind is merged, one of another kind replaces the old.
/// Message and delivery may stand in a nested `payload` or beside it, which wins. The job's state is left alone. Code::rejected names the
/// bad field, and leaves the job unspecified.
Status change_job(CronJob& job, JsonRef body, std::int64_t now) {
  if (auto status = validate(body, shape_of<CronCreate>, Direction::patch); !status) return status;
  if (const JsonRef name = body.get("name")) job.name = name.string();
  const std::string kind = job.schedule.kind;
  if (const JsonRef schedule = body.get("schedule"); schedule)
    if (auto status = apply_schedule(schedule, job.schedule, now); !status) return status;
  if (auto status = apply_payload(body, job.payload); !status) return status;
  if (const JsonRef enabled = body.get("enabled"); !enabled.is_null()) job.enabled = enabled.boolean();
  const JsonRef once = body.get("delete_after_run");
  if (!once.is_null()) job.delete_after_run = once.boolean();
  else if (job.schedule.kind != kind || once)  // each kind has its own default
    job.delete_after_run = job.schedule.kind == "at";
  return {};
}

/// A new job, without an id and a planned run.
Result<CronJob> job_from_body(JsonRef body, std::int64_t now) {
  if (auto status = validate(body, shape_of<CronCreate>, Direction::request); !status) return fail(std::move(status.error()));
  CronJob job;
  return change_job(job, body, now).map([&] { return std::move(job); });
}

Result<CronJob> existing(Result<std::optional<CronJob>> found, std::string_view id) {
  return serve::found_or_none(std::move(found), "cron job", id, "facioctl cron list");
}

Result<CronJob> save(store::Transaction& tx, std::string_view agent, CronJob job) {
  return tx.save_cron(agent, job).map([&] { return std::move(job); });
}

/// Records runs that were missed, in history and audit log.
Status skip(store::Transaction& tx, std::string_view agent, CronJob& job, std::int64_t planned_ms, const std::string& why,
            std::int64_t count = 1) {
  record(job, {planned_ms, "skipped", 0, why, count > 1 ? std::optional(count) : std::nullopt});
  return tx.append_audit(agent, not_run_event(job, planned_ms, "skipped", why, 1));
}

/// Records a run that is skipped because the last one is not over: one entry of the history for all that are skipped meanwhile. The audit
/// log gets them as one event, too, by log_skips().
void skip_meanwhile(CronJob& job, std::int64_t planned_ms, const std::string& why) {
  const std::int64_t before = job.state.skips.value_or(0);
  job.state.skips = before + 1;
  if (before == 0 || !job.state.run_history || job.state.run_history->empty())
    return record(job, {planned_ms, "skipped", 0, why, std::nullopt});
  job.state.run_history->back().count = before + 1;
}

/// The runs that were skipped until now, as one event.
Status log_skips(store::Transaction& tx, std::string_view agent, CronJob& job) {
  if (!job.state.skips || !job.state.run_history || job.state.run_history->empty()) return {};
  const CronRun& skipped = job.state.run_history->back();
  const std::int64_t count = *job.state.skips;
  job.state.skips.reset();
  return tx.append_audit(agent, not_run_event(job, skipped.run_at_ms, "skipped", skipped.error.value_or(""), count));
}

}  // namespace

/// Plans the first run from now on; none for a disabled job.
Status CronService::plan(std::string_view agent, CronJob& job, std::int64_t now) {
  job.state.next_run_at_ms.reset();
  if (!job.enabled) return {};
  return serve::first_run(job.schedule, settings_.timezone(agent), now).map([&](std::optional<std::int64_t> next) {
    job.state.next_run_at_ms = next;
  });
}

/// Moves on to the planned run after `now`; returns how many were missed.
Result<std::int64_t> CronService::advance(std::string_view agent, CronJob& job, std::int64_t now) {
  return serve::following_run(job.schedule, settings_.timezone(agent), job.state.next_run_at_ms.value_or(now), now)
      .map([&](const serve::Following& following) {
        job.state.next_run_at_ms = following.next;
        return following.missed;
      });
}

/// Plans jobs in the agent's own zone again; false when nothing changes.
Result<bool> CronService::plan_in_new_zone(std::string_view agent, CronJob& job) {
  const auto old = job.state.next_run_at_ms;
  if (!job.enabled || !old || job.schedule.kind != "cron" || job.schedule.tz) return false;
  return plan(agent, job, clock_.now_ms()).map([&] { return job.state.next_run_at_ms != old; });
}

/// Plans again what was planned by another clock than that of `now`; false when nothing changes. A time that has come is left to due().
Result<bool> CronService::plan_by_this_clock(std::string_view agent, CronJob& job, std::int64_t now) {
  const auto old = job.state.next_run_at_ms;
  if (!job.enabled || !old || *old <= now || job.schedule.kind == "at") return false;
  if (job.schedule.kind == "every" && *old - now <= job.schedule.every_ms.value_or(0)) return false;
  auto next = serve::next_after_runs(job.schedule, settings_.timezone(agent), now, latest_run(job.state, now));
  if (!next) return fail(std::move(next.error()));
  job.state.next_run_at_ms = *next;
  return *next != old;
}

/// The clock was put forward by so much that it was wrong before: what seems to be due was planned by the wrong clock. It is recorded as
/// missed and planned anew.
Result<bool> CronService::skip_wrongly_due(store::Transaction& tx, std::string_view agent, CronJob& job, std::int64_t now,
                                           std::int64_t by_ms) {
  const auto old = job.state.next_run_at_ms;
  if (by_ms <= kReasonableJumpMs || !job.enabled || !old || *old > now || *old <= now - by_ms || job.schedule.kind == "at") return false;
  if (auto planned = plan(agent, job, now); !planned) return fail(std::move(planned.error()));
  return skip(tx, agent, job, *old, "missed: the clock moved forward by " + format_duration(by_ms)).map([] { return true; });
}

Result<std::string> CronService::list(std::string_view agent) {
  std::int64_t count = 0;
  return store_.cron().list_json(agent, count).map([&](const std::string& items) {
    std::string reply;
    reply.reserve(items.size() + 64);  // a hot path: one allocation
    reply.append("{\"items\":").append(items).append(",\"count\":").append(std::to_string(count)).append("}");
    return reply;
  });
}

Result<CronJob> CronService::get(std::string_view agent, std::string_view id) { return existing(store_.cron().get(agent, id), id); }

Result<CronJob> CronService::create(store::Transaction& tx, std::string_view agent, JsonRef body) {
  const std::int64_t now = clock_.now_ms();
  auto job = job_from_body(body, now);
  if (!job) return job;
  if (auto status = plan(agent, *job, now); !status) return fail(std::move(status.error()));
  for (;;) {
    job->id = random_hex(4);
    auto taken = tx.get_cron(agent, job->id);
    if (!taken) return fail(std::move(taken.error()));
    if (!*taken) return save(tx, agent, std::move(*job));
  }
}

Result<CronJob> CronService::update(store::Transaction& tx, std::string_view agent, std::string_view id, JsonRef body) {
  auto job = existing(tx.get_cron(agent, id), id);
  if (!job) return job;
  const std::int64_t now = clock_.now_ms();
  const CronSchedule schedule = job->schedule;
  const bool enabled = job->enabled;
  if (auto status = change_job(*job, body, now); !status) return fail(std::move(status.error()));
  if (!job->enabled && enabled) job->state.queued_at_ms.reset();
  if (job->schedule != schedule || job->enabled != enabled)
    if (auto status = plan(agent, *job, now); !status) return fail(std::move(status.error()));
  return save(tx, agent, std::move(*job));
}

Result<CronDeleted> CronService::remove(store::Transaction& tx, std::string_view agent, std::string_view id) {
  auto job = existing(tx.get_cron(agent, id), id);
  if (!job) return fail(std::move(job.error()));
  if (auto status = log_skips(tx, agent, *job); !status) return fail(std::move(status.error()));
  return serve::erased_or_none(tx.erase_cron(agent, id), "cron job", id, "facioctl cron list").map([&] {
    return CronDeleted{std::string(id)};
  });
}

Result<CronJob> CronService::pause(store::Transaction& tx, std::string_view agent, std::string_view id) {
  auto job = existing(tx.get_cron(agent, id), id);
  if (!job) return job;
  job->enabled = false;
  job->state.next_run_at_ms.reset();
  job->state.queued_at_ms.reset();
  return save(tx, agent, std::move(*job));
}

Result<CronJob> CronService::resume(store::Transaction& tx, std::string_view agent, std::string_view id) {
  auto job = existing(tx.get_cron(agent, id), id);
  if (!job || (job->enabled && job->state.next_run_at_ms)) return job;
  job->enabled = true;
  return plan(agent, *job, clock_.now_ms()).and_then([&] { return save(tx, agent, std::move(*job)); });
}

Result<CronJob> CronService::run_now(store::Transaction& tx, std::string_view agent, std::string_view id) {
  auto job = existing(tx.get_cron(agent, id), id);
  if (!job) return job;
  if (job->state.running_since_ms || job->state.queued_at_ms)
    return fail(Code::conflict, "cron job \"" + job->id + "\" " + (job->state.running_since_ms ? "is running" : "is queued") + " already",
                "facioctl cron get " + job->id);
  job->state.queued_at_ms = clock_.now_ms();
  return save(tx, agent, std::move(*job));
}

Result<CronRestored> CronService::restore(store::Transaction& tx, std::string_view agent, const std::vector<CronJob>& present,
                                          std::vector<CronJob> wanted) {
  CronRestored restored;
  for (const CronJob& job : present) {
    if (std::ranges::find(wanted, job.id, &CronJob::id) != wanted.end()) continue;
    if (auto erased = tx.erase_cron(agent, job.id); !erased) return fail(std::move(erased.error()));
    restored.removed.push_back(job.id);
  }
  for (CronJob& job : wanted) {
    auto old = tx.get_cron(agent, job.id);
    if (!old) return fail(std::move(old.error()));
    const bool planned = *old && (*old)->schedule == job.schedule && (*old)->enabled == job.enabled;
    job.state = *old ? std::move((*old)->state) : CronState{};
    if (!job.enabled) job.state.queued_at_ms.reset();
    Status status = planned ? Status{} : plan(agent, job, clock_.now_ms());
    if (status) status = tx.save_cron(agent, job);
    if (!status) return fail(std::move(status.error()));
    restored.changed.push_back(std::move(job));
  }
  return restored;
}

void CronService::announce(std::string_view agent, const CronJob& job) {
  const std::lock_guard lock(mutex_);
  if (listener_ != nullptr) listener_->changed(agent, job, false);
}

CronQueued CronService::announce_run(std::string_view agent, const CronJob& job) {
  const std::lock_guard lock(mutex_);
  if (listener_ != nullptr) listener_->changed(agent, job, true);
  return {.id = job.id, .queued = true};
}

void CronService::announce_removed(std::string_view agent, std::string_view id) {
  const std::lock_guard lock(mutex_);
  if (listener_ != nullptr) listener_->removed(agent, id);
}

void CronService::listen(CronListener* listener) {
  const std::lock_guard lock(mutex_);
  listener_ = listener;
}

void CronService::timezone_changed(std::string_view agent) {
  replan(agent, [this, of = std::string(agent)](store::Transaction&, CronJob& job) { return plan_in_new_zone(of, job); });
}

void CronService::clock_was_set(std::string_view agent, std::int64_t by_ms) {
  replan(agent, [this, of = std::string(agent), by_ms](store::Transaction& tx, CronJob& job) -> Result<bool> {
    const std::int64_t now = clock_.now_ms();
    auto skipped = skip_wrongly_due(tx, of, job, now, by_ms);
    if (!skipped || *skipped) return skipped;
    return plan_by_this_clock(of, job, now);
  });
}

/// Plans every job of the agent with `plan_one`, in one unit of work.
void CronService::replan(std::string_view agent_name, UniqueFunction<Result<bool>(store::Transaction&, CronJob&)> plan_one) {
  const auto listed = store_.cron().list(agent_name);
  if (!listed) return;
  std::vector<std::string> ids;
  for (const CronJob& job : *listed) ids.push_back(job.id);
  auto changed = std::make_shared<std::vector<CronJob>>();
  const std::string agent(agent_name);
  store_.submit(
      [agent, ids = std::move(ids), plan_one = std::move(plan_one), changed](store::Transaction& tx) mutable -> Status {
        for (const std::string& id : ids) {
          auto job = tx.get_cron(agent, id);
          if (!job) return fail(std::move(job.error()));
          if (!*job) continue;
          // A job that cannot be planned keeps its time.
          if (!plan_one(tx, **job).value_or(false)) continue;
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

Result<std::optional<CronJob>> CronService::due(store::Transaction& tx, std::string_view agent, std::string_view id, std::int64_t now) {
  auto found = tx.get_cron(agent, id);
  if (!found || !*found) return found;
  CronJob& job = **found;
  CronState& state = job.state;
  if (!job.enabled || !state.next_run_at_ms || *state.next_run_at_ms > now) return found;
  const std::int64_t planned = *state.next_run_at_ms;
  const auto missed = advance(agent, job, now);
  if (!missed) return fail(missed.error());
  Status status;
  if (*missed > 1)
    status = log_skips(tx, agent, job).and_then([&] {
      return skip(tx, agent, job, planned, "missed " + count_of_runs(*missed - 1) + ": the machine was asleep or its clock was changed",
                  *missed - 1);
    });
  if (state.running_since_ms) skip_meanwhile(job, planned, "still running");
  else if (state.queued_at_ms) skip_meanwhile(job, planned, "the previous run is still queued");
  else state.queued_at_ms = now;
  return status.and_then([&] { return save(tx, agent, std::move(job)); });
}

Result<std::optional<CronJob>> CronService::begin(store::Transaction& tx, std::string_view agent, std::string_view id, std::int64_t now) {
  auto job = tx.get_cron(agent, id);
  if (!job || !*job) return job;
  CronState& state = (*job)->state;
  if (!state.queued_at_ms || state.running_since_ms) return std::optional<CronJob>{};
  state.queued_at_ms.reset();
  state.running_since_ms = now;
  if (auto status = log_skips(tx, agent, **job); !status) return fail(std::move(status.error()));
  return save(tx, agent, std::move(**job));
}

Result<std::optional<CronJob>> CronService::end(store::Transaction& tx, std::string_view agent, std::string_view id,
                                                const CronOutcome& outcome) {
  auto found = tx.get_cron(agent, id);
  if (!found || !*found) return found;
  CronJob& job = **found;
  if (auto status = log_skips(tx, agent, job); !status) return fail(std::move(status.error()));
  job.state.running_since_ms.reset();
  job.state.last_run_at_ms = outcome.started_ms;
  CronRun run{outcome.started_ms, outcome.ok ? "ok" : "error", outcome.duration_ms, std::nullopt, std::nullopt};
  if (!outcome.ok) run.error = outcome.error;
  record(job, std::move(run));
  // A manual run before the planned time does not use up a job of kind `at`.
  const bool used_up = job.schedule.kind != "at" || !job.state.next_run_at_ms;
  if (job.delete_after_run && used_up && outcome.ok) return tx.erase_cron(agent, id).map([](bool) { return std::optional<CronJob>{}; });
  if (used_up && (job.delete_after_run || job.schedule.kind == "at")) {
    job.enabled = false;
    job.state.next_run_at_ms.reset();
  }
  return save(tx, agent, std::move(job));
}

Result<std::optional<CronJob>> CronService::recover(store::Transaction& tx, std::string_view agent, std::string_view id, std::int64_t now) {
  auto found = tx.get_cron(agent, id);
  if (!found || !*found) return found;
  if (const auto started = (*found)->state.running_since_ms) {
    const std::string why = "interrupted: the runtime stopped during the run";
    if (auto status = tx.append_audit(agent, not_run_event(**found, *started, "error", why, 1)); !status)
      return fail(std::move(status.error()));
    found = end(tx, agent, id, {*started, 0, false, why});
    if (!found || !*found) return found;
  }
  CronJob& job = **found;
  const auto next = job.state.next_run_at_ms;
  if (!job.enabled) return found;
  if (next && *next > now) {
    if (!plan_by_this_clock(agent, job, now).value_or(false)) return found;
  } else if (!next) {
    // The job could not be planned before, since its zone was missing.
    if (job.schedule.kind == "at") return found;
    if (auto status = plan(agent, job, now); !status) return found;
  } else {
    const auto missed = advance(agent, job, now);
    if (!missed) return found;
    if (job.schedule.kind == "at") {
      job.state.queued_at_ms = job.state.queued_at_ms.value_or(now);
    } else if (auto status = skip(tx, agent, job, *next, "missed " + count_of_runs(*missed) + " while the runtime was down", *missed);
               !status) {
      return fail(std::move(status.error()));
    }
  }
  return save(tx, agent, std::move(job));
}

Result<std::vector<std::string>> CronService::agents() { return store_.cron().agents(); }

Result<std::vector<CronJob>> CronService::jobs(std::string_view agent) { return store_.cron().list(agent); }

}  // namespace facio
