// Schedules: what an agent is told at certain times (document: Schedules).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/librefang/shapes.hpp"

namespace facio::librefang::schedules {

inline constexpr Field kRowFields[] = {
    text("id", "id of the schedule"),
    text("name", "its name", kMayMiss),
    text("cron", "when", kMayMiss),
    text("tz", "the time zone of that", kMayBeNull),
    text("agent_id", "the agent", kMayMiss),
    text("prompt", "what it is told", kMayMiss),
    boolean("enabled", "whether it is on", kMayMiss),
    text("last_run", "when it ran last", kTime),
    text("next_run", "when it runs next", kTime),
    text("created_at", "when it was made", kTime),
    integer("run_count", "how often it ran", kMayMiss),
};
inline constexpr Shape kRow{"LibrefangSchedule", "A schedule", kRowFields, true};
inline constexpr Column kColumns[] = {
    {"id", "ID"},           {"name", "NAME"},     {"cron", "CRON"},     {"agent_id", "AGENT"},
    {"enabled", "ENABLED"}, {"last_run", "LAST"}, {"next_run", "NEXT"}, {"prompt", "PROMPT", true},
};

inline constexpr Field kNewFields[] = {
    text("name", "its name", {.not_blank = true}),
    text("cron", "when: a cron expression of five fields", {.format = Format::cron}),
    text("agent_id", "the agent, by id or name", {.not_blank = true, .flag = "agent"}),
    text("prompt", "what it is told", {.not_blank = true}),
    boolean("enabled", "whether it is on", {.optional = true, .default_text = "true"}),
    text("tz", "the time zone of the expression", {.format = Format::zone, .optional = true}),
};
inline constexpr Shape kNew{"LibrefangNewSchedule", "A new schedule", kNewFields};
inline constexpr Field kPatchFields[] = {
    text("name", "its name", {.not_blank = true, .optional = true}),
    text("cron", "when: a cron expression of five fields", {.format = Format::cron, .optional = true}),
    text("agent_id", "the agent, by id or name", {.not_blank = true, .optional = true, .flag = "agent"}),
    text("prompt", "what it is told", {.not_blank = true, .optional = true}),
    boolean("enabled", "whether it is on", kMayMiss),
    text("tz", "the time zone of the expression", {.format = Format::zone, .optional = true}),
};
inline constexpr Shape kPatch{"LibrefangSchedulePatch", "What changes of a schedule", kPatchFields};
inline constexpr Field kDoneFields[] = {
    text("id", "id of the schedule", kMayMiss),
    text("status", "what was done", kMayMiss),
    text("response", "what the agent answered", kMayMiss),
    text("error", "why it failed", kMayMiss),
};
inline constexpr Shape kDoneTo{"LibrefangScheduleDone", "What was done to a schedule", kDoneFields, true};

inline constexpr Param kId = path_param("id", "id or name of the schedule", {.example = "daily", .value_name = "SCHEDULE"});

inline constexpr Endpoint kEndpoints[] = {
    get("librefang.schedules.list", "/api/schedules", "List the schedules")
        .list(kListOf<kRow, "LibrefangScheduleList">, kRow, kColumns, "id"),
    get("librefang.schedules.get", "/api/schedules/{id}", "Show one schedule").params(kId).reply(kRow, {}, "id").errors<Code::not_found>(),
    post("librefang.schedules.create", "/api/schedules", "Tell an agent something at certain times")
        .body(kNew)
        .reply(kRow, {}, "id")
        .success(201)
        .errors<Code::rejected, Code::not_found>(),
    put("librefang.schedules.update", "/api/schedules/{id}", "Change a schedule")
        .params(kId)
        .body(kPatch)
        .merges()
        .reply(kDoneTo, {}, "id")
        .errors<Code::not_found, Code::rejected>(),
    del("librefang.schedules.delete", "/api/schedules/{id}", "Delete a schedule").params(kId).reply(kDoneTo).errors<Code::not_found>(),
    post("librefang.schedules.run", "/api/schedules/{id}/run", "Tell the agent now what a schedule says")
        .params(kId)
        .reply(kDoneTo, {}, "id")
        .slow()
        .errors<Code::not_found, Code::internal>(),
};

}  // namespace facio::librefang::schedules
