// JSON types of the cron area (contract section 13).
#pragma once

#include "commands/facio/providers/shapes.hpp"

namespace facio {

inline constexpr std::string_view kScheduleKinds[] = {"at", "every", "cron"};
inline constexpr std::string_view kRunStatuses[] = {"ok", "error", "skipped"};

inline constexpr std::int64_t kGreatestEvery = std::int64_t{100} * 366 * 24 * 3600 * 1000;
inline constexpr std::int64_t kGreatestInstant = 253'402'300'799'999;  // the last one of the year 9999
inline constexpr Form kScheduleForms[] = {
    {"kind=at at_ms", "every_ms expr tz"},
    {"kind=every every_ms", "at_ms expr tz"},
    {"kind=cron expr", "at_ms every_ms"},
};

/// Exactly one kind is used; the members of the other kinds are absent or null.
struct CronSchedule {
  std::string kind;
  std::optional<std::int64_t> at_ms, every_ms;
  std::optional<std::string> expr, tz;
  bool operator==(const CronSchedule&) const = default;

  static constexpr ShapeHead shape{"CronSchedule", "When a job runs", Members::closed, kScheduleForms};
  static constexpr auto fields() {
    using S = CronSchedule;
    return Fields{
        field("kind", &S::kind, "which of the following fields applies", {.choices = kScheduleKinds, .example = "every", .flag = "-"}),
        field("at_ms", &S::at_ms, "run once at this time",
              {.format = Format::epoch_ms,
               .nullable = true,
               .max = kGreatestInstant,
               .flag = "at",
               .value_name = "TIME",
               .implies = "kind=at",
               .group = "schedule"}),
        field("every_ms", &S::every_ms, "run repeatedly at this interval",
              {.format = Format::milliseconds,
               .nullable = true,
               .min = 1000,
               .max = kGreatestEvery,
               .example = "3600000",
               .flag = "every",
               .value_name = "DURATION",
               .implies = "kind=every",
               .group = "schedule"}),
        field(
            "expr", &S::expr, "five-field cron expression",
            {.format = Format::cron, .nullable = true, .flag = "cron", .value_name = "EXPR", .implies = "kind=cron", .group = "schedule"}),
        field("tz", &S::tz, "time zone of the expression; default: the agent's",
              {.format = Format::zone, .nullable = true, .agent_decides = true, .flag = "tz", .value_name = "ZONE"}),
    };
  }
};

/// `nullable`: null takes the limit back.
constexpr Attr max_turn_attr(bool nullable) {
  return {.format = Format::milliseconds, .nullable = nullable, .min = kLeastLimitMs, .max = kLongestLimitMs, .flag = "max-turn"};
}

struct CronPayload {
  std::optional<std::string> kind;
  std::string message;
  bool deliver = false;
  std::optional<std::string> channel, to, detail_prompt;
  std::optional<std::vector<std::string>> scripts;
  std::optional<bool> require_approval;
  std::optional<TimeLimits> limits;
  std::optional<std::int64_t> max_turn_ms;

  static constexpr ShapeHead shape{"CronPayload", "What a job does", Members::open};
  static constexpr auto fields() {
    using P = CronPayload;
    return Fields{
        field("kind", &P::kind, "kind of work", {.default_text = "agent_turn"}),
        field("message", &P::message, "message that starts the turn"),
        field("deliver", &P::deliver, "deliver the answer"),
        field("channel", &P::channel, "channel to deliver to", {.nullable = true}),
        field("to", &P::to, "conversation on that channel", {.nullable = true}),
        field("detail_prompt", &P::detail_prompt, "further instructions for the turn"),
        field("scripts", &P::scripts, "workspace scripts to run before the turn"),
        field("require_approval", &P::require_approval, "ask a person before the turn's tool calls"),
        field("limits", &P::limits, "time limits of a model's answer, if they differ (extension)"),
        field("max_turn_ms", &P::max_turn_ms, "longest work of its turn, if it differs from the settings (extension)",
              max_turn_attr(false)),
    };
  }
};

struct CronRun {
  std::int64_t run_at_ms = 0;
  std::string status;
  std::int64_t duration_ms = 0;
  std::optional<std::string> error;
  std::optional<std::int64_t> count;

  static constexpr ShapeHead shape{"CronRun", "One past run of a job", Members::open};
  static constexpr auto fields() {
    using R = CronRun;
    return Fields{
        field("run_at_ms", &R::run_at_ms, "when it started", {.format = Format::epoch_ms}),
        field("status", &R::status, "how it ended", {.choices = kRunStatuses}),
        field("duration_ms", &R::duration_ms, "how long it took", {.format = Format::milliseconds}),
        field("error", &R::error, "why it failed or was skipped", {.nullable = true}),
        field("count", &R::count, "how many consecutive runs were skipped for this reason; absent for one (extension)"),
    };
  }
};

struct CronState {
  std::optional<std::int64_t> next_run_at_ms, last_run_at_ms;
  std::optional<std::string> last_status, last_error;
  std::optional<std::vector<CronRun>> run_history;
  /// Set while a run waits or goes on. Durable, so that a start after a crash knows what was under way.
  std::optional<std::int64_t> queued_at_ms, running_since_ms;
  std::optional<std::int64_t> skips;

  static constexpr ShapeHead shape{"CronState", "A job's history and its next run", Members::open};
  static constexpr auto fields() {
    using S = CronState;
    return Fields{
        field("next_run_at_ms", &S::next_run_at_ms, "next run; null if none is scheduled", {.format = Format::epoch_ms, .nullable = true}),
        field("last_run_at_ms", &S::last_run_at_ms, "last run", {.format = Format::epoch_ms, .nullable = true}),
        field("last_status", &S::last_status, "how the last run ended", {.nullable = true, .choices = kRunStatuses}),
        field("last_error", &S::last_error, "why the last run failed or was skipped", {.nullable = true}),
        field("run_history", &S::run_history, "the last 20 runs, oldest first"),
        field("queued_at_ms", &S::queued_at_ms, "since when a run has been queued; absent if none is", {.format = Format::epoch_ms}),
        field("running_since_ms", &S::running_since_ms, "since when a run has been in progress; absent if none is",
              {.format = Format::epoch_ms}),
        field("skips", &S::skips, "runs that were skipped in the meantime and are not in the audit log yet; absent if none (extension)"),
    };
  }
};

struct CronJob {
  std::string id, name;
  bool enabled = true;
  CronSchedule schedule;
  CronPayload payload;
  CronState state;
  bool delete_after_run = false;

  static constexpr ShapeHead shape{"CronJob", "A scheduled job", Members::open};
  static constexpr auto fields() {
    using J = CronJob;
    return Fields{
        field("id", &J::id, "id of the job"),
        field("name", &J::name, "name of the job"),
        field("enabled", &J::enabled, "false while it is paused"),
        field("schedule", &J::schedule, "when it runs"),
        field("payload", &J::payload, "what it does"),
        field("state", &J::state, "past and next runs"),
        field("delete_after_run", &J::delete_after_run, "delete the job after a successful run"),
    };
  }
};

using CronList = CountedListOf<CronJob, "CronList", "All jobs", "the jobs">;

inline constexpr Form kCreateForms[] = {{"", "channel to"}, {"deliver=true channel", ""}, {"payload", ""}};

/// Body of create; of update every member may be absent.
struct CronCreate {
  std::string name;
  CronSchedule schedule;
  std::optional<std::string> message;
  std::optional<bool> deliver;
  std::optional<std::string> channel, to;
  std::optional<bool> enabled;
  std::optional<std::string> detail_prompt;
  std::optional<std::vector<std::string>> scripts;
  std::optional<bool> require_approval, delete_after_run;
  std::optional<RawJson> payload;
  std::optional<TimeLimits> limits;
  std::optional<std::int64_t> max_turn_ms;

  static constexpr ShapeHead shape{"CronCreate", "A job to create, or the fields of one to change", Members::closed, kCreateForms,
                                   "channel: channel and to need deliver true, and to needs a channel"};
  static constexpr auto fields() {
    using C = CronCreate;
    return Fields{
        field("name", &C::name, "name of the job", {.not_blank = true, .max_length = 200, .example = "morning report"}),
        field("schedule", &C::schedule, "when it runs"),
        field("message", &C::message, "message that starts the agent's turn", {.example = "Sum up the mail of the night", .letter = 'm'}),
        field("deliver", &C::deliver, "deliver the answer to the channel"),
        field("channel", &C::channel, "channel to deliver to", {.nullable = true}),
        field("to", &C::to, "conversation on that channel", {.nullable = true}),
        field("enabled", &C::enabled, "false: the job is paused", {.default_text = "true"}),
        field("detail_prompt", &C::detail_prompt, "further instructions for the turn", {.nullable = true}),
        field("scripts", &C::scripts, "workspace script to run before the turn", {.nullable = true, .flag = "script"}),
        field("require_approval", &C::require_approval, "ask a person before the turn's tool calls"),
        field("delete_after_run", &C::delete_after_run, "delete the job after a successful run; the default for a new job that runs once",
              {.nullable = true}),
        field("payload", &C::payload, "message and delivery in one object, as in a job",
              {.nullable = true, .json_types = "object", .flag = "-"}),
        field("limits", &C::limits, "time limits of a model's answer; null: those of provider and settings (extension)",
              {.nullable = true}),
        field("max_turn_ms", &C::max_turn_ms, "longest work of a run; null: that of the settings (extension)", max_turn_attr(true)),
    };
  }
};

using CronDeleted = Deleted<"id", "CronDeleted", "The job is gone", "id of the job">;

struct CronQueued {
  std::string id;
  bool queued = true;

  static constexpr ShapeHead shape{"CronQueued", "The job will run as soon as there is a free slot", Members::open};
  static constexpr auto fields() {
    return Fields{field("id", &CronQueued::id, "id of the job"), field("queued", &CronQueued::queued, "always true")};
  }
};

}  // namespace facio
