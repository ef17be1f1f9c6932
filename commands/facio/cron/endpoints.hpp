// Endpoints of the cron area (contract section 13).
#pragma once

#include "cli/catalogue/declare.hpp"
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

inline constexpr Param kId = path_param("id", "id of the job", {.value_name = "ID"});

inline constexpr Example kListExamples[] = {{"cron list", "all jobs with their next run"}, {"cron list -o json", "the same for a program"}};
inline constexpr Example kGetExamples[] = {{"cron get 5f0c9a12", "one job with its last runs"}};
inline constexpr Example kCreateExamples[] = {
    {"cron create --name report --cron '0 7 * * 1-5' --tz Europe/Berlin --message 'Write the daily report'",
     "every weekday at seven in Berlin"},
    {"cron create --name tidy --every 1h --message 'Tidy the workspace'", "every hour"},
    {"cron create --name remind --at 2027-01-01T09:00 --message 'Happy new year'", "once"},
    {"cron create -f job.yaml", "from a file, YAML or JSON"},
};
inline constexpr Example kUpdateExamples[] = {{"cron update 5f0c9a12 --every 2h", "change the schedule only"}};
inline constexpr Example kDeleteExamples[] = {{"cron delete 5f0c9a12 --yes", "remove a job without being asked"}};
inline constexpr Example kRunExamples[] = {{"cron run-now 5f0c9a12", "start a run outside the schedule"}};
inline constexpr Example kPauseExamples[] = {{"cron pause 5f0c9a12", "keep the job, stop its runs"}};
inline constexpr Example kResumeExamples[] = {{"cron resume 5f0c9a12", "plan its runs again"}};

inline constexpr std::string_view kCreateDescription =
    "Give exactly one of --cron, --every and --at, or a file with -f. A job given with --at is removed after a run that ended ok unless "
    "--no-delete-after-run is given; after a failed run it stays, disabled.\n\n"
    "Expressions have five fields (minute hour day-of-month month day-of-week) or are @hourly, @daily, @weekly, @monthly or @yearly. When "
    "both day "
    "fields name days, either of them suffices. Without --tz the agent's timezone setting holds. When clocks are put forward, a fixed time "
    "that is "
    "left out fires at the end of the gap; when they are put back, at its first occurrence only. Expressions with * or a step in minute or "
    "hour go "
    "by elapsed time and fire in both of the equal hours.\n\n"
    "Runs that were missed while the agent was down: one given with --at runs once at the next start, others get one entry `skipped` in "
    "their "
    "history that tells how many were missed, and go on with the next planned time. A job that is due while it still runs is skipped.";

inline constexpr Endpoint kEndpoints[] = {
    get("cron.list", "/api/v1/cron", "List cron jobs").list<CronList>(kColumns, "id").examples(kListExamples),
    get("cron.get", "/api/v1/cron/{id}", "Show one cron job")
        .params(kId)
        .reply<CronJob>(kColumns, "id")
        .errors<Code::not_found>()
        .examples(kGetExamples),
    post("cron.create", "/api/v1/cron", "Create a cron job")
        .description(kCreateDescription)
        .body<CronCreate>()
        .reply<CronJob>(kColumns, "id")
        .success(201)
        .errors<Code::rejected>()
        .examples(kCreateExamples),
    patch("cron.update", "/api/v1/cron/{id}", "Change parts of a cron job")
        .description("What is not given stays as it is. A changed schedule is planned from now on; a schedule of another kind replaces the "
                     "old one whole.")
        .params(kId)
        .body<CronCreate>()
        .reply<CronJob>(kColumns, "id")
        .errors<Code::rejected, Code::not_found>()
        .examples(kUpdateExamples),
    del("cron.delete", "/api/v1/cron/{id}", "Delete a cron job")
        .params(kId)
        .reply<CronDeleted>("id")
        .errors<Code::not_found>()
        .examples(kDeleteExamples),
    post("cron.run-now", "/api/v1/cron/{id}/run-now", "Run a cron job now")
        .description("The job is queued and the command returns at once; `cron get` shows the result. Paused jobs run too. Refused while a "
                     "run of the job waits or goes on.")
        .params(kId)
        .reply<CronQueued>("id")
        .success(202)
        .errors<Code::not_found, Code::conflict>()
        .examples(kRunExamples)
        .synonyms<"cron run">(),
    post("cron.pause", "/api/v1/cron/{id}/pause", "Pause a cron job")
        .description("A run that waits for a free place is dropped; one that goes on ends by itself.")
        .params(kId)
        .reply<CronJob>(kColumns, "id")
        .errors<Code::not_found>()
        .idempotent()
        .examples(kPauseExamples),
    post("cron.resume", "/api/v1/cron/{id}/resume", "Resume a paused cron job")
        .description("The next run is planned from now on; what was missed meanwhile is not made up for.")
        .params(kId)
        .reply<CronJob>(kColumns, "id")
        .errors<Code::not_found>()
        .idempotent()
        .examples(kResumeExamples),
};

}  // namespace facio::cron
