// Triggers: what wakes an agent (document: Triggers).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/librefang/shapes.hpp"

namespace facio::librefang::triggers {

inline constexpr Field kRowFields[] = {
    text("id", "id of the trigger"),
    text("agent_id", "the agent that is woken", kMayMiss),
    any("pattern", "what wakes it", kMayMiss),
    text("prompt_template", "what it is told then", kMayMiss),
    boolean("enabled", "whether it is on", kMayMiss),
    integer("fire_count", "how often it fired", kMayMiss),
    integer("max_fires", "how often it may fire; 0: always", kMayMiss),
    text("created_at", "when it was made", kTime),
    integer("cooldown_secs", "least seconds between two times", kMayBeNull),
    text("session_mode", "the session that it is told in", kMayBeNull),
};
inline constexpr Shape kRow{"LibrefangTrigger", "A trigger", kRowFields, true};
inline constexpr Column kColumns[] = {
    {"id", "ID"},
    {"agent_id", "AGENT"},
    {"pattern", "PATTERN"},
    {"enabled", "ENABLED"},
    {"fire_count", "FIRED"},
    {"max_fires", "MAX"},
    {"prompt_template", "PROMPT", true},
};

inline constexpr Field kNewFields[] = {
    text("agent_id", "the agent that is woken, by id or name", {.not_blank = true, .flag = "agent"}),
    any("pattern", "what wakes it: a word such as lifecycle, or JSON",
        {.json_types = "string object", .example = "\"lifecycle\"", .value_name = "PATTERN"}),
    text("prompt_template", "what it is told then; {{event}} stands for what happened",
         {.optional = true, .default_text = "Event: {{event}}", .flag = "prompt"}),
    integer("max_fires", "how often it may fire; 0: always", {.optional = true, .min = 0, .default_text = "0"}),
    text("target_agent_id", "another agent that is told, by id or name", {.optional = true, .flag = "target-agent"}),
    text("workflow_id", "a workflow that is run", {.optional = true, .flag = "workflow"}),
    integer("cooldown_secs", "least time between two times", {.format = Format::seconds, .optional = true, .min = 0, .flag = "cooldown"}),
    text("session_mode", "persistent, or new for a session of its own", kMayMiss),
};
inline constexpr Shape kNew{"LibrefangNewTrigger", "A new trigger", kNewFields};
inline constexpr Field kPatchFields[] = {
    text("prompt_template", "what the agent is told", {.optional = true, .flag = "prompt"}),
    boolean("enabled", "whether it is on", kMayMiss),
    integer("max_fires", "how often it may fire; 0: always", {.optional = true, .min = 0}),
    any("pattern", "what wakes the agent", {.optional = true, .json_types = "string object", .value_name = "PATTERN"}),
    integer("cooldown_secs", "least time between two times", {.format = Format::seconds, .optional = true, .min = 0, .flag = "cooldown"}),
};
inline constexpr Shape kPatch{"LibrefangTriggerPatch", "What changes of a trigger", kPatchFields};
inline constexpr Field kMadeFields[] = {
    text("trigger_id", "id of the trigger", kMayMiss),
    text("agent_id", "the agent", kMayMiss),
    text("status", "what was done", kMayMiss),
};
inline constexpr Shape kMade{"LibrefangMadeTrigger", "The trigger", kMadeFields, true};

inline constexpr Param kId = path_param("id", "id of the trigger", {.value_name = "TRIGGER"});
inline constexpr Param kAgent = query_param("agent_id", types::string, "only those of this agent, by id or name", {.flag = "agent"});

inline constexpr Endpoint kEndpoints[] = {
    get("librefang.triggers.list", "/api/triggers", "List the triggers")
        .params(kAgent)
        .list(kListOf<kRow, "LibrefangTriggerList">, kRow, kColumns, "id"),
    get("librefang.triggers.get", "/api/triggers/{id}", "Show one trigger").params(kId).reply(kRow, {}, "id").errors<Code::not_found>(),
    post("librefang.triggers.create", "/api/triggers", "Let something wake an agent")
        .body(kNew)
        .reply(kMade, {}, "trigger_id")
        .success(201)
        .errors<Code::rejected, Code::not_found>(),
    put("librefang.triggers.update", "/api/triggers/{id}", "Change a trigger")
        .params(kId)
        .body(kPatch)
        .merges()
        .reply(kMade, {}, "trigger_id")
        .errors<Code::not_found>(),
    del("librefang.triggers.delete", "/api/triggers/{id}", "Delete a trigger").params(kId).reply(kMade).errors<Code::not_found>(),
};

}  // namespace facio::librefang::triggers
