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

inline constexpr Param kId = path_param("id", "id of the job", {.example = "5f0c9a12", .value_name = "ID"});

inline constexpr Param kNewName = positional("name", "name of the job; instead of --name", {.value_name = "NAME"});

inline constexpr Column kRunColumns[] = {
    {"run_at_ms", "STARTED"}, {"status", "STATUS"}, {"duration_ms", "TOOK"}, {"error", "ERROR"}, {"count", "COUNT", true},
};

inline constexpr Param kRunNowParams[] = {
    kId,
    local_flag("wait", types::boolean, "wait until the run already has ended; exit code 1 unless it succeeded"),
    local_flag("wait_for", types::string, "maximum time for --wait", {.default_text = "10m", .value_name = "DURATION"}),
};

inline constexpr Param kHistoryParams[] = {
    positional("id", "id of the job", {.required = true, .value_name = "ID"}),
};

inline constexpr Endpoint kEndpoints[] = {
    get("cron.list", "/api/v1/cron", "List cron jobs").list<CronList>(kColumns, "id"),
    get("cron.get", "/api/v1/cron/{id}", "Show one cron job").params(kId).reply<CronJob>(kColumns, "id").errors<Code::not_found>(),
    post("cron.create", "/api/v1/cron", "Create a cron job")
        .params(kNewName)
        .body<CronCreate>()
        .whole<"cron.get">()
        .reply<CronJob>(kColumns, "id")
        .success(201)
        .errors<Code::rejected>(),
    patch("cron.update", "/api/v1/cron/{id}", "Change a cron job")
        .params(kId)
        .body<CronCreate>()
        .whole<"cron.get", "payload">()
        .reply<CronJob>(kColumns, "id")
        .errors<Code::rejected, Code::not_found>(),
    edit("cron.edit", "Edit a cron job in your editor", "cron.update"),
    del("cron.delete", "/api/v1/cron/{id}", "Delete a cron job").params(kId).reply<CronDeleted>("id").errors<Code::not_found>(),
    post("cron.run-now", "/api/v1/cron/{id}/run-now", "Run a cron job now")
        .params(kRunNowParams)
        .reply<CronQueued>("id")
        .success(202)
        .errors<Code::not_found, Code::conflict>()
        .synonyms<"cron run">(),
    post("cron.pause", "/api/v1/cron/{id}/pause", "Pause a cron job")
        .params(kId)
        .reply<CronJob>(kColumns, "id")
        .errors<Code::not_found>()
        .idempotent(),
    post("cron.resume", "/api/v1/cron/{id}/resume", "Resume a paused cron job")
        .params(kId)
        .reply<CronJob>(kColumns, "id")
        .errors<Code::not_found>()
        .idempotent(),
    remote("cron.history", "Show the past runs of a cron job").params(kHistoryParams).prints<CronRun>(kRunColumns),
};

}  // namespace facio::cron
