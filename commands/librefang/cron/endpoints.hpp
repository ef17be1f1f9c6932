// Cron jobs: what agents do at certain times or in certain intervals (document: Cron Jobs).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/librefang/shapes.hpp"

namespace facio::librefang::cron {

inline constexpr Field kRowFields[] = {
    text("id", "id of the job"),
    text("name", "its name", kMayMiss),
    text("agent_id", "the agent", kMayMiss),
    text("cron_expr", "when, as a cron expression", kMayMiss),
    text("prompt", "what the agent is told", kMayMiss),
    boolean("enabled", "whether it is on", kMayMiss),
    text("last_run", "when it ran last", kTime),
    text("next_run", "when it runs next", kTime),
    any("schedule", "when: kind cron, every or at", kMayMiss),
    any("action", "what is done", kMayMiss),
    any("delivery", "where the answer goes", kMayMiss),
    text("created_at", "when it was made", kTime),
};
inline constexpr Shape kRow{"LibrefangJob", "A cron job", kRowFields, true};
inline constexpr Column kColumns[] = {
    {"id", "ID"},         {"name", "NAME"},     {"agent_id", "AGENT"},      {"cron_expr", "CRON"},          {"enabled", "ENABLED"},
    {"last_run", "LAST"}, {"next_run", "NEXT"}, {"prompt", "PROMPT", true}, {"schedule", "SCHEDULE", true},
};

inline constexpr Field kWhenFields[] = {
    text("agent_id", "the agent, by id or name", {.not_blank = true, .optional = true, .flag = "agent"}),
    text("name", "its name: letters, digits, blanks, - and _; without one, it is made of the prompt",
         {.not_blank = true, .optional = true, .max_length = 128}),
    text("cron_expr", "when: a cron expression", {.format = Format::cron, .optional = true, .flag = "cron", .group = "when"}),
    integer("every_secs", "or the time between two runs",
            {.format = Format::seconds, .optional = true, .min = 1, .flag = "every", .group = "when"}),
    text("at", "or the only time", {.format = Format::time, .optional = true, .group = "when"}),
    text("tz", "time zone of the expression", {.format = Format::zone, .optional = true}),
    text("prompt", "what the agent is told", {.not_blank = true, .optional = true}),
    text("model_override", "another model than the agent's", {.optional = true, .flag = "model"}),
    integer("timeout_secs", "how long it may take", {.format = Format::seconds, .optional = true, .min = 1, .flag = "time-limit"}),
    any("delivery", "where the answer goes: {\"kind\":\"none\"}, {\"kind\":\"last_channel\"} …", kMayMiss),
    boolean("one_shot", "run once, and be deleted", kMayMiss),
    any("schedule", "all about when, in the place of the flags", kMayMiss),
    any("action", "all about what, in the place of the flags", kMayMiss),
};
inline constexpr Field kNewFields[] = {
    text("agent_id", "the agent, by id or name", {.not_blank = true, .flag = "agent"}),
    kWhenFields[1],
    kWhenFields[2],
    kWhenFields[3],
    kWhenFields[4],
    kWhenFields[5],
    kWhenFields[6],
    kWhenFields[7],
    kWhenFields[8],
    kWhenFields[9],
    kWhenFields[10],
    kWhenFields[11],
    kWhenFields[12],
};
inline constexpr Shape kNew{"LibrefangNewJob", "A new cron job", kNewFields};
inline constexpr Shape kPatch{"LibrefangJobPatch", "What changes of a cron job", kWhenFields};

inline constexpr Field kMadeFields[] = {
    text("id", "id of the job", kMayMiss),
    text("status", "what was done", kMayMiss),
    boolean("enabled", "whether it is on", kMayMiss),
};
inline constexpr Shape kMade{"LibrefangMadeJob", "The job", kMadeFields, true};
inline constexpr Field kSwitchFields[] = {
    boolean("enabled", "whether it is on", {.optional = true, .default_text = "true"}),
};
inline constexpr Shape kSwitch{"LibrefangJobSwitch", "Whether a job is on", kSwitchFields};
inline constexpr Field kStatusFields[] = {
    text("id", "id of the job", kMayMiss),
    text("name", "its name", kMayMiss),
    boolean("enabled", "whether it is on", kMayMiss),
    text("last_run", "when it ran last", kTime),
    text("next_run", "when it runs next", kTime),
    integer("run_count", "how often it ran", kMayMiss),
    text("last_status", "what became of it", kMayBeNull),
    text("last_error", "why it failed", kMayBeNull),
    integer("consecutive_errors", "how often it failed one after the other", kMayMiss),
    boolean("auto_disabled", "whether it was switched off because it failed", kMayMiss),
    boolean("one_shot", "whether it runs once", kMayMiss),
};
inline constexpr Shape kStatus{"LibrefangJobStatus", "What became of a cron job", kStatusFields, true};

inline constexpr Param kId = path_param("id", "id or name of the job", {.example = "beat", .value_name = "JOB"});
inline constexpr Param kAgent = query_param("agent_id", types::string, "only those of this agent, by id or name", {.flag = "agent"});

inline constexpr Endpoint kEndpoints[] = {
    get("librefang.cron.list", "/api/cron/jobs", "List the cron jobs")
        .params(kAgent)
        .list(kListOf<kRow, "LibrefangJobList">, kRow, kColumns, "id"),
    get("librefang.cron.get", "/api/cron/jobs/{id}", "Show one cron job").params(kId).reply(kRow, {}, "id").errors<Code::not_found>(),
    post("librefang.cron.create", "/api/cron/jobs", "Let an agent do something at certain times")
        .body(kNew)
        .reply(kMade, {}, "id")
        .success(201)
        .errors<Code::rejected, Code::not_found>(),
    put("librefang.cron.update", "/api/cron/jobs/{id}", "Change a cron job")
        .params(kId)
        .body(kPatch)
        .merges()
        .reply(kRow, {}, "id")
        .errors<Code::not_found, Code::rejected>(),
    del("librefang.cron.delete", "/api/cron/jobs/{id}", "Delete a cron job").params(kId).reply(kMade).errors<Code::not_found>(),
    put("librefang.cron.enable", "/api/cron/jobs/{id}/enable", "Switch a cron job on, or off")
        .params(kId)
        .body(kSwitch)
        .reply(kMade)
        .errors<Code::not_found>(),
    get("librefang.cron.status", "/api/cron/jobs/{id}/status", "Show what became of a cron job")
        .params(kId)
        .reply(kStatus, {}, "id")
        .errors<Code::not_found>(),
};

}  // namespace facio::librefang::cron
