// Commands of the runs area. An agent has no endpoint for them: the client reads its audit log (contract section 10) and its usage (11).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/facio/runs/shapes.hpp"

namespace facio::runs {

inline constexpr Column kColumns[] = {
    {"id", "RUN"},
    {"started_at", "STARTED"},
    {"session_key", "SESSION"},
    {"job", "JOB"},
    {"status", "STATUS"},
    {"total", "TOKENS"},
    {"duration_ms", "TIME"},
    {"origin", "ORIGIN", true},
    {"channel", "CHANNEL", true},
    {"prompt_tokens", "PROMPT", true},
    {"completion_tokens", "COMPLETION", true},
    {"message", "MESSAGE", true},
    {"error", "ERROR", true},
};

inline constexpr std::string_view kOrders[] = {"time", "tokens"};
inline constexpr Param kListParams[] = {
    local_flag("cron", types::string, "only runs of this cron job, by its name or id", {.value_name = "NAME"}),
    local_flag("session", types::string, "only runs of this session", {.value_name = "KEY"}),
    local_flag("failed", types::boolean, "only runs that ended with an error"),
    local_flag("since", types::string, "runs that started since this time: 2h, today, 2026-11-20; default: 7d",
               {.format = Format::time_or_date, .value_name = "TIME"}),
    local_flag("sort", types::string, "the latest first, or those with the most tokens", {.choices = kOrders, .default_text = "time"}),
    local_flag("limit", types::integer, "maximum number of runs to list",
               {.min = 1, .max = 10'000, .default_text = "20", .letter = 'n', .value_name = "N"}),
};
inline constexpr Param kId = positional("id", "id of the run; its beginning is enough", {.required = true, .value_name = "RUN"});

inline constexpr Endpoint kEndpoints[] = {
    remote("runs.list", "List runs of the agent").params(kListParams).list<RunList>(kColumns, "id"),
    remote("runs.get", "Show one run").params(kId).reply<RunSummary>(kColumns, "id"),
};

}  // namespace facio::runs
