// Endpoints of the usage area (contract section 11).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/facio/usage/shapes.hpp"

namespace facio::usage {

inline constexpr Column kColumns[] = {
    {"date", "DAY"},
    {"model", "MODEL"},
    {"origin", "ORIGIN"},
    {"channel", "CHANNEL"},
    {"session_key", "SESSION"},
    {"run_id", "RUN"},
    {"turn_count", "TURNS"},
    {"prompt_tokens", "PROMPT"},
    {"completion_tokens", "COMPLETION"},
    {"cached_tokens", "CACHED"},
    {"total", "TOTAL"},
    {"tool_calls_count", "TOOL CALLS", true},
    {"iterations", "ITERATIONS", true},
    {"duration_ms", "TIME", true},
};
inline constexpr Column kRunColumns[] = {
    {"run_id", "RUN"},
    {"ts", "STARTED"},
    {"model", "MODEL"},
    {"prompt_tokens", "PROMPT"},
    {"completion_tokens", "COMPLETION"},
    {"cached_tokens", "CACHED"},
    {"tool_calls_count", "TOOL CALLS"},
    {"duration_ms", "TIME"},
    {"provider", "PROVIDER", true},
    {"origin", "ORIGIN", true},
    {"channel", "CHANNEL", true},
    {"session_key", "SESSION", true},
};

inline constexpr Param kGetParams[] = {
    query_param("from", types::string, "first day (UTC); default: two weeks ago",
                {.format = Format::date, .value_name = "DAY", .group = "start"}),
    query_param("to", types::string, "last day (UTC), included; default: today",
                {.format = Format::date, .value_name = "DAY", .group = "end"}),
    local_flag("since", types::string, "like --from, as a day or how long ago: 30d",
               {.format = Format::date, .value_name = "WHEN", .group = "start"}),
    local_flag("until", types::string, "like --to, as a day or how long ago",
               {.format = Format::date, .value_name = "WHEN", .group = "end"}),
    query_param(
        "groupBy", types::string,
        "one or more of day, model, origin, channel, session, run and cron (the sessions of jobs), comma-separated",
        {.repeatable = true, .agent_decides = true, .pattern = "usage-groups", .default_text = "date", .flag = "by", .value_name = "KEYS"}),
    query_param("model", types::string, "only turns with this model"),
    query_param("origin", types::string, "only turns with this origin"),
    query_param("channel", types::string, "only turns of this channel"),
    local_flag("limit", types::integer, "only so many groups, the first after --filter and --sort-by",
               {.min = 1, .max = 1e6, .letter = 'n', .value_name = "N"}),
    local_flag("prices", types::string, "YAML or JSON file with the token prices of each model; adds the column COST",
               {.value_name = "FILE"}),
};
inline constexpr Param kRunId = path_param("runId", "id of the run", {.example = "9b2c41d7", .value_name = "RUN"});

inline constexpr Endpoint kEndpoints[] = {
    get("usage.get", "/api/v1/usage", "Show the agent's token usage, in groups")
        .params(kGetParams)
        .list<UsageReport>(kColumns)
        .errors<Code::rejected>()
        .synonyms<"usage", "usage list">(),
    get("usage.run", "/api/v1/usage/runs/{runId}", "Show the token usage of one run")
        .params(kRunId)
        .reply<UsageRun>(kRunColumns, "run_id")
        .errors<Code::not_found>(),
};

}  // namespace facio::usage
