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
    {"turn_count", "TURNS"},
    {"prompt_tokens", "PROMPT"},
    {"completion_tokens", "COMPLETION"},
    {"cached_tokens", "CACHED"},
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
    query_param("from", types::string, "first day (UTC); without it two weeks ago",
                {.format = Format::date, .value_name = "DAY", .group = "start"}),
    query_param("to", types::string, "last day (UTC), included; without it today",
                {.format = Format::date, .value_name = "DAY", .group = "end"}),
    local_flag("since", types::string, "the same as --from, as a day or how long ago: 30d",
               {.format = Format::date, .value_name = "WHEN", .group = "start"}),
    local_flag("until", types::string, "the same as --to, as a day or how long ago",
               {.format = Format::date, .value_name = "WHEN", .group = "end"}),
    query_param("groupBy", types::string, "one or more of day (date), model, origin, channel and session (session_key), joined by commas",
                {.repeatable = true, .default_text = "date", .flag = "by", .value_name = "KEYS"}),
    query_param("model", types::string, "only turns with this model"),
    query_param("origin", types::string, "only turns that this started"),
    query_param("channel", types::string, "only turns of this channel"),
    local_flag("prices", types::string, "YAML or JSON file that tells what the tokens of each model cost; adds the column COST",
               {.value_name = "FILE"}),
};
inline constexpr Param kRunId = path_param("runId", "id of the run", {.value_name = "RUN"});

inline constexpr Example kGetExamples[] = {
    {"usage get", "the last two weeks, day by day"},
    {"usage get --from 2026-11-01 --to 2026-11-30 --by model", "a month by model"},
    {"usage get --by date,channel -o csv", "for a spreadsheet"},
    {"usage --since 30d --by model,day --prices prices.yaml", "what it cost, by model and day"},
};
inline constexpr Example kRunExamples[] = {{"usage run 7c1f04", "what one run used"}};

inline constexpr Endpoint kEndpoints[] = {
    get("usage.get", "/api/v1/usage", "Show what the agent used, in groups")
        .description(
            "Total tokens are prompt and completion tokens; cached tokens are a part of the prompt tokens. "
            "The totals are told on standard error; `facioctl api /usage` has them for a program. Days are days of UTC.\n\n"
            "--prices names a file such as `{currency: EUR, models: {gpt-x: {prompt: 2.5, cached: 1.25, completion: 10}}}`: what a million "
            "tokens cost. A model's name may end with a star; without `cached`, cached tokens cost what other prompt tokens do. What a "
            "model costs that is not in the file is shown as ?, never as 0, and told on standard error.")
        .params(kGetParams)
        .list<UsageReport>(kColumns)
        .errors<Code::rejected>()
        .examples(kGetExamples)
        .synonyms<"usage", "usage list">(),
    get("usage.run", "/api/v1/usage/runs/{runId}", "Show what one run used")
        .params(kRunId)
        .reply<UsageRun>(kRunColumns, "run_id")
        .errors<Code::not_found>()
        .examples(kRunExamples),
};

}  // namespace facio::usage
