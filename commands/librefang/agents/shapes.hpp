// Agents of a LibreFang daemon.
#pragma once

#include "commands/librefang/shapes.hpp"

namespace facio::librefang::agents {

inline constexpr Field kModelFields[] = {
    text("provider", "provider of the model", kMayBeNull),
    text("model", "the model", kMayBeNull),
    integer("max_tokens", "most tokens of an answer", kMayBeNull),
    number("temperature", "how much chance decides", kMayBeNull),
};
inline constexpr Shape kModel{"LibrefangAgentModel", "Which model an agent asks", kModelFields, true};

inline constexpr Field kRowFields[] = {
    text("id", "id of the agent"),
    text("name", "name of the agent"),
    text("state", "created, running, suspended, terminated or crashed"),
    text("created_at", "when it was made", kTime),
    text("model_provider", "provider of its model", kMayMiss),
    text("model_name", "its model", kMayMiss),
    text("mode", "observe, assist or full", kMayMiss),
    text("last_active", "when it last did something", kTime),
    boolean("ready", "whether its model can be asked", kMayMiss),
    boolean("is_hand", "whether it belongs to a hand", kMayMiss),
};
inline constexpr Shape kRow{"LibrefangAgentRow", "An agent in the list", kRowFields, true};

inline constexpr Field kAgentFields[] = {
    text("id", "id of the agent"),
    text("name", "name of the agent"),
    text("state", "created, running, suspended, terminated or crashed"),
    text("mode", "observe, assist or full", kMayMiss),
    text("created_at", "when it was made", kTime),
    text("last_active", "when it last did something", kTime),
    text("session_id", "its current session", kMayBeNull),
    object<kModel>("model", "its model", kMayMiss),
    any("capabilities", "what it may do", kMayMiss),
    text("description", "what it is for", kMayBeNull),
    text("system_prompt", "what its model is told first", kMayBeNull),
    texts("tags", "its tags", kMayMiss),
    texts("skills", "skills it is limited to", kMayMiss),
    texts("mcp_servers", "MCP servers it is limited to", kMayMiss),
};
inline constexpr Shape kAgent{"LibrefangAgent", "An agent", kAgentFields, true};

inline constexpr Attr kManifest = {
    .format = Format::document, .not_blank = true, .max_length = 1024 * 1024, .flag = "manifest", .value_name = "TOML"};
inline constexpr Field kSpawnFields[] = {
    text("manifest_toml", "the agent's manifest", kManifest),
};
inline constexpr Shape kSpawn{"LibrefangSpawn", "A new agent", kSpawnFields};

inline constexpr Field kSpawnedFields[] = {
    text("agent_id", "id of the agent"),
    text("name", "its name", kMayMiss),
    boolean("partial", "whether something could not be copied", kMayMiss),
    texts("warnings", "what could not be copied", kMayMiss),
};
inline constexpr Shape kSpawned{"LibrefangSpawned", "The new agent", kSpawnedFields, true};

/// What a write to an agent answers with.
inline constexpr Field kWrittenFields[] = {
    text("status", "what was done", kMayMiss),
    text("agent_id", "id of the agent", kMayMiss),
    text("name", "its name", kMayMiss),
    text("message", "what was done, in a sentence", kMayMiss),
    texts("warnings", "what the daemon did not like", kMayMiss),
};
inline constexpr Shape kWritten{"LibrefangAgentWritten", "What a write to an agent did", kWrittenFields, true};

inline constexpr Field kPatchFields[] = {
    text("name", "new name", {.not_blank = true, .optional = true}),
    text("description", "what it is for", kMayMiss),
    text("system_prompt", "what its model is told first", {.format = Format::document, .optional = true, .flag = "system-prompt"}),
    text("model", "the model", kMayMiss),
    text("provider", "provider of the model", kMayMiss),
    texts("mcp_servers", "MCP servers it is limited to", {.optional = true, .flag = "mcp-server"}),
    any("schedule", "reactive, or an object such as {\"periodic\":{…}}", {.optional = true, .json_types = "string object"}),
    boolean("auto_evolve", "whether it may change its skills by itself", kMayMiss),
};
inline constexpr Shape kPatch{"LibrefangAgentPatch", "What changes of an agent", kPatchFields};

inline constexpr Field kUpdateFields[] = {
    text("description", "what it is for", kMayMiss),
    text("system_prompt", "what its model is told first", {.format = Format::document, .optional = true, .flag = "system-prompt"}),
    texts("tags", "its tags", {.optional = true, .flag = "tag"}),
};
inline constexpr Shape kUpdate{"LibrefangAgentUpdate", "What changes of an agent", kUpdateFields};

inline constexpr std::string_view kModes[] = {"observe", "assist", "full"};
inline constexpr Field kModeFields[] = {
    text("mode", "how much it may do by itself", {.choices = kModes, .agent_decides = true}),
};
inline constexpr Shape kMode{"LibrefangAgentMode", "How much an agent may do by itself", kModeFields, true};

inline constexpr Field kSetModelFields[] = {
    text("model", "the model", {.not_blank = true}),
    text("provider", "its provider", kMayMiss),
};
inline constexpr Shape kSetModel{"LibrefangSetModel", "The model of an agent", kSetModelFields, true};

inline constexpr Field kToolsFields[] = {
    texts("capabilities_tools", "tools that its manifest grants", kMayMiss),
    texts("tool_allowlist", "the only ones of them that it may use; none: all", {.optional = true, .flag = "allow"}),
    texts("tool_blocklist", "those of them that it may not use", {.optional = true, .flag = "block"}),
    boolean("disabled", "whether it has no tools at all", kMayMiss),
};
inline constexpr Shape kTools{"LibrefangAgentTools", "Which tools an agent may use", kToolsFields, true};
inline constexpr Field kSetToolsFields[] = {kToolsFields[1], kToolsFields[2]};
inline constexpr Shape kSetTools{"LibrefangSetTools", "Which tools an agent may use", kSetToolsFields};

inline constexpr Field kAssignedFields[] = {
    texts("assigned", "those it is limited to", kMayMiss),
    texts("available", "those that there are", kMayMiss),
    text("mode", "all, allowlist or none", kMayMiss),
    boolean("disabled", "whether it has none at all", kMayMiss),
};
inline constexpr Shape kAssigned{"LibrefangAssigned", "What an agent is limited to", kAssignedFields, true};

inline constexpr Field kSkillsFields[] = {
    texts("skills", "the only skills that it may use; none: all", {.optional = true, .flag = "skills"}),
};
inline constexpr Shape kSkills{"LibrefangAgentSkills", "The skills of an agent", kSkillsFields, true};
inline constexpr Field kServersFields[] = {
    texts("mcp_servers", "the only MCP servers that it may use; none: all", {.optional = true, .flag = "servers"}),
};
inline constexpr Shape kServers{"LibrefangAgentServers", "The MCP servers of an agent", kServersFields, true};

inline constexpr Field kIdentityFields[] = {
    text("emoji", "its sign", kMayMiss),
    text("avatar_url", "address of its picture: http, https or data", kMayMiss),
    text("color", "its color, as #112233", {.optional = true, .flag = "theme-color"}),
    text("archetype", "what kind of person it is", kMayMiss),
    text("vibe", "its mood", kMayMiss),
    text("greeting_style", "how it greets", kMayMiss),
};
inline constexpr Shape kIdentity{"LibrefangIdentity", "How an agent looks", kIdentityFields};

inline constexpr Field kConfigFields[] = {
    text("name", "new name", {.not_blank = true, .optional = true, .max_length = 256}),
    text("description", "what it is for", {.optional = true, .max_length = 4096}),
    text("system_prompt", "what its model is told first",
         {.format = Format::document, .optional = true, .max_length = 65536, .flag = "system-prompt"}),
    text("model", "the model", kMayMiss),
    text("provider", "its provider", kMayMiss),
    text("api_key_env", "the daemon's environment variable with the provider's key", kMayMiss),
    text("base_url", "address of the provider", kMayMiss),
    integer("max_tokens", "most tokens of an answer", {.optional = true, .min = 1}),
    number("temperature", "how much chance decides", {.optional = true, .min = 0, .max = 2}),
    any("fallback_models", "models to ask when the first one fails: [{\"provider\":…,\"model\":…}]", kMayMiss),
    any("web_search_augmentation", "off, auto or always", {.optional = true, .json_types = "string boolean"}),
    kIdentityFields[0],
    kIdentityFields[1],
    kIdentityFields[2],
    kIdentityFields[3],
    kIdentityFields[4],
    kIdentityFields[5],
};
inline constexpr Shape kConfig{"LibrefangAgentConfig", "What changes of an agent at once", kConfigFields};

inline constexpr Field kCloneFields[] = {
    text("new_name", "name of the copy", {.not_blank = true, .max_length = 256, .flag = "name"}),
    boolean("include_skills", "copy its skills", {.optional = true, .default_text = "true", .flag = "skills"}),
    boolean("include_tools", "copy its tools", {.optional = true, .default_text = "true", .flag = "tools"}),
};
inline constexpr Shape kClone{"LibrefangClone", "A copy of an agent", kCloneFields};

inline constexpr Field kAttachmentFields[] = {
    text("file_id", "id that the upload gave"),
    text("filename", "its name", kMayMiss),
    text("content_type", "its type", kMayMiss),
};
inline constexpr Shape kAttachment{"LibrefangAttachment", "An uploaded file", kAttachmentFields, true};
inline constexpr Field kMessageFields[] = {
    text("message", "what is said", {.max_length = 100000}),
    objects<kAttachment>("attachments", "uploaded files", {.optional = true, .flag = "attachment"}),
    text("session_id", "say it in this session", {.optional = true, .flag = "session"}),
    text("sender_id", "who says it", kMayMiss),
    text("sender_name", "their name", kMayMiss),
    boolean("ephemeral", "leave no trace in the session", kMayMiss),
    boolean("thinking", "let the model think first", kMayMiss),
    boolean("incognito", "remember nothing of it", kMayMiss),
};
inline constexpr Shape kMessage{"LibrefangMessage", "A message to an agent", kMessageFields};

inline constexpr Field kAnswerFields[] = {
    text("response", "what the agent answers", kMayMiss),
    integer("input_tokens", "tokens that were read", kMayMiss),
    integer("output_tokens", "tokens that were written", kMayMiss),
    integer("iterations", "how often the model was asked", kMayMiss),
    number("cost_usd", "what it cost", kMayBeNull),
    text("session_id", "the session that it was said in", kMayBeNull),
};
inline constexpr Shape kAnswer{"LibrefangAnswer", "An agent's answer", kAnswerFields, true};

inline constexpr Field kStatsFields[] = {
    integer("sessions_24h", "sessions of the last 24 hours", kMayMiss),
    number("cost_24h", "what they cost, in USD", kMayMiss),
    integer("p95_latency_ms", "time of the slowest answers but 5 of 100", kMayMiss),
    integer("active_now", "sessions that are open", kMayMiss),
    integer("samples", "answers that the time is from", kMayMiss),
    any("prev", "the same of the 24 hours before", kMayMiss),
};
inline constexpr Shape kStats{"LibrefangAgentStats", "What an agent did in 24 hours", kStatsFields, true};

inline constexpr Field kMetricsFields[] = {
    text("agent_id", "id of the agent", kMayMiss),
    text("name", "its name", kMayMiss),
    text("state", "what it is doing", kMayMiss),
    integer("uptime_secs", "seconds since it was started", kMayMiss),
    integer("message_count", "messages of its session", kMayMiss),
    integer("call_count", "how often its model was asked", kMayMiss),
    integer("error_count", "how often that failed", kMayMiss),
    number("cost_usd", "what it cost", kMayMiss),
    any("token_usage", "tokens of the session and in all", kMayMiss),
    any("tool_calls", "calls of tools", kMayMiss),
    number("avg_response_time_ms", "time of an answer on average", kMayBeNull),
};
inline constexpr Shape kMetrics{"LibrefangAgentMetrics", "Figures of an agent", kMetricsFields, true};

}  // namespace facio::librefang::agents
