// Endpoints of the cron area (contract section 13).
#pragma once

#include "cli/catalogue/endpoint.hpp"
#include "commands/facio/cron/shapes.hpp"

namespace facio::cron {

inline constexpr Column kColumns[] = {
    {"id", "ID"},
    {"name", "NAME"},
    {"enabled", "ENABLED"},
    {"schedule", "SCHEDULE"},
    {"state.next_run_at_ms", "NEXT"},
    {"state.last_run_at_ms", "LAST"},
    {"state.last_status", "STATUS"},
    {"schedule.tz", "ZONE", true},
    {"payload.message", "MESSAGE", true},
    {"payload.channel", "CHANNEL", true},
    {"delete_after_run", "ONCE", true},
    {"state.last_error", "ERROR", true},
};

inline constexpr Param kId[] = {path_param("id", "id of the job", {.value_name = "ID"})};

inline constexpr Code kUnknown[] = {Code::not_found};
inline constexpr Code kBad[] = {Code::rejected};
inline constexpr Code kBadOrUnknown[] = {Code::rejected, Code::not_found};
inline constexpr Code kUnknownOrRunning[] = {Code::not_found, Code::conflict};

inline constexpr Example kListExamples[] = {{"cron list", "all jobs with their next run"},
                                            {"cron list -o json", "the same for a program"}};
inline constexpr Example kGetExamples[] = {{"cron get 5f0c9a12", "one job with its last runs"}};
inline constexpr Example kCreateExamples[] = {
    {"cron create --name report --cron '0 7 * * 1-5' --tz Europe/Berlin --message 'Write the daily report'", "every weekday at seven in Berlin"},
    {"cron create --name tidy --every 1h --message 'Tidy the workspace'", "every hour"},
    {"cron create --name remind --at 2027-01-01T09:00 --message 'Happy new year'", "once"},
    {"cron create -f job.yaml", "from a file, YAML or JSON"},
};
inline constexpr Example kUpdateExamples[] = {{"cron update 5f0c9a12 --every 2h", "change the schedule only"}};
inline constexpr Example kDeleteExamples[] = {{"cron delete 5f0c9a12 --yes", "remove a job without being asked"}};
inline constexpr Example kRunExamples[] = {{"cron run-now 5f0c9a12", "start a run outside the schedule"}};
inline constexpr Example kPauseExamples[] = {{"cron pause 5f0c9a12", "keep the job, stop its runs"}};
inline constexpr Example kResumeExamples[] = {{"cron resume 5f0c9a12", "plan its runs again"}};

inline constexpr std::string_view kRunSynonyms[] = {"cron run"};

inline constexpr std::string_view kCreateDescription =
    "Give exactly one of --cron, --every and --at, or a file with -f. A job given with --at is removed after a run that ended ok unless "
    "--no-delete-after-run is given; after a failed run it stays, disabled.\n\n"
    "Expressions have five fields (minute hour day-of-month month day-of-week) or are @hourly, @daily, @weekly, @monthly or @yearly. When both day "
    "fields name days, either of them suffices. Without --tz the agent's timezone setting holds. When clocks are put forward, a fixed time that is "
    "left out fires at the end of the gap; when they are put back, at its first occurrence only. Expressions with * or a step in minute or hour go "
    "by elapsed time and fire in both of the equal hours.\n\n"
    "Runs that were missed while the agent was down: one given with --at runs once at the next start, others get one entry `skipped` in their "
    "history that tells how many were missed, and go on with the next planned time. A job that is due while it still runs is skipped.";

inline constexpr Endpoint kEndpoints[] = {
    {.id = "cron.list", .method = Method::get, .path = "/api/v1/cron", .summary = "List cron jobs", .form = ReplyForm::list, .reply = &shape_of<CronJob>, .envelope = &shape_of<CronList>, .columns = kColumns, .key = "id", .examples = kListExamples},
    {.id = "cron.get", .method = Method::get, .path = "/api/v1/cron/{id}", .summary = "Show one cron job", .params = kId, .reply = &shape_of<CronJob>, .columns = kColumns, .key = "id", .errors = kUnknown, .examples = kGetExamples},
    {.id = "cron.create", .method = Method::post, .path = "/api/v1/cron", .summary = "Create a cron job", .description = kCreateDescription, .body = &shape_of<CronCreate>, .reply = &shape_of<CronJob>, .columns = kColumns, .key = "id", .success = 201, .errors = kBad, .effect = Effect::write, .examples = kCreateExamples},
    {.id = "cron.update", .method = Method::patch, .path = "/api/v1/cron/{id}", .summary = "Change parts of a cron job", .description = "What is not given stays as it is. A changed schedule is planned from now on; a schedule of another kind replaces the old one whole.", .params = kId, .body = &shape_of<CronCreate>, .reply = &shape_of<CronJob>, .columns = kColumns, .key = "id", .errors = kBadOrUnknown, .effect = Effect::write, .idempotent = true, .examples = kUpdateExamples},
    {.id = "cron.delete", .method = Method::del, .path = "/api/v1/cron/{id}", .summary = "Delete a cron job", .params = kId, .reply = &shape_of<CronDeleted>, .key = "id", .errors = kUnknown, .effect = Effect::destructive, .examples = kDeleteExamples},
    {.id = "cron.run-now", .method = Method::post, .path = "/api/v1/cron/{id}/run-now", .summary = "Run a cron job now", .description = "The job is queued and the command returns at once; `cron get` shows the result. Paused jobs run too. Refused while a run of the job waits or goes on.", .params = kId, .reply = &shape_of<CronQueued>, .key = "id", .success = 202, .errors = kUnknownOrRunning, .effect = Effect::write, .examples = kRunExamples, .synonyms = kRunSynonyms},
    {.id = "cron.pause", .method = Method::post, .path = "/api/v1/cron/{id}/pause", .summary = "Pause a cron job", .description = "A run that waits for a free place is dropped; one that goes on ends by itself.", .params = kId, .reply = &shape_of<CronJob>, .columns = kColumns, .key = "id", .errors = kUnknown, .effect = Effect::write, .idempotent = true, .examples = kPauseExamples},
    {.id = "cron.resume", .method = Method::post, .path = "/api/v1/cron/{id}/resume", .summary = "Resume a paused cron job", .description = "The next run is planned from now on; what was missed meanwhile is not made up for.", .params = kId, .reply = &shape_of<CronJob>, .columns = kColumns, .key = "id", .errors = kUnknown, .effect = Effect::write, .idempotent = true, .examples = kResumeExamples},
};

}  // namespace facio::cron
