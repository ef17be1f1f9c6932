// Agents of a LibreFang daemon (document: Agents).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/librefang/sessions/shapes.hpp"

namespace facio::librefang::agents {

inline constexpr Column kColumns[] = {
    {"id", "ID"},
    {"name", "NAME"},
    {"state", "STATE"},
    {"model_provider", "PROVIDER"},
    {"model_name", "MODEL"},
    {"mode", "MODE", true},
    {"created_at", "CREATED", true},
    {"last_active", "LAST ACTIVE", true},
};
inline constexpr Column kFileColumns[] = {{"name", "NAME"}, {"exists", "EXISTS"}, {"size_bytes", "SIZE"}};
inline constexpr Column kSessionColumns[] = {
    {"session_id", "SESSION"}, {"label", "LABEL"}, {"message_count", "MESSAGES"}, {"current", "CURRENT"}, {"created_at", "CREATED"}};
inline constexpr Column kDeliveryColumns[] = {
    {"timestamp", "TIME"}, {"channel", "CHANNEL"}, {"recipient", "RECIPIENT"}, {"status", "STATUS"}, {"error", "ERROR"}};
inline constexpr Column kEventColumns[] = {{"timestamp", "TIME"},   {"model", "MODEL"},   {"input_tokens", "IN"}, {"output_tokens", "OUT"},
                                           {"tool_calls", "TOOLS"}, {"latency_ms", "MS"}, {"cost_usd", "USD"}};
inline constexpr Column kTraceColumns[] = {
    {"timestamp", "TIME"}, {"tool_name", "TOOL"}, {"is_error", "FAILED"}, {"execution_ms", "MS"}, {"output_summary", "ANSWER"}};
inline constexpr Column kLoopColumns[] = {{"session_id", "SESSION"}, {"started_at", "SINCE"}};

inline constexpr Param kId = path_param("id", "id or name of the agent", {.example = "coder", .value_name = "AGENT"});
inline constexpr Param kFileName = path_param("name", "name of the file, such as SOUL.md", {.example = "SOUL.md", .value_name = "FILE"});
inline constexpr Param kSessionId = path_param("sid", "id of the session", {.value_name = "SESSION"});
inline constexpr Param kVersionId = path_param("version_id", "number of the version", {.example = "3", .value_name = "VERSION"});
inline constexpr Param kSortKeys[] = {
    query_param("q", types::string, "only those with this text in their name", {.flag = "search"}),
    query_param("sort", types::string, "name, created_at, last_active or state", {.agent_decides = true, .flag = "order-by"}),
    query_param("order", types::string, "asc or desc", {.agent_decides = true}),
};
inline constexpr auto kListParams = joined_params(kPage, kSortKeys);
inline constexpr Param kOneMode[] = {kId, positional("mode", "observe, assist or full", {.value_name = "[MODE]"})};
inline constexpr Param kOneModel[] = {kId, positional("model", "the model", {.value_name = "[MODEL]"})};
inline constexpr Param kSomeSkills[] = {kId, positional("skills", "names of skills", {.repeatable = true, .value_name = "[SKILL…]"})};
inline constexpr Param kSomeServers[] = {kId, positional("servers", "names of servers", {.repeatable = true, .value_name = "[SERVER…]"})};
inline constexpr Param kText[] = {kId, positional("message", "what is said", {.value_name = "[TEXT]"})};
inline constexpr Param kFileParams[] = {kId, kFileName};
inline constexpr Param kCopyName[] = {kId, positional("name", "name of the copy", {.value_name = "[NAME]"})};
inline constexpr Param kUploadParams[] = {
    kId,
    positional("file", "the file, or - for standard input", {.required = true, .example = "photo.png"}),
    local_flag("content-type", types::string, "its type, where the ending does not tell"),
    local_flag("filename", types::string, "its name, where that is not the file's own"),
};
inline constexpr Param kSessionParams[] = {kId, kSessionId};
inline constexpr Param kLabelParams[] = {kId, path_param("l", "name of the session", {.example = "notes", .value_name = "LABEL"})};
inline constexpr Param kOneSession[] = {kId, query_param("session_id", types::string, "another than the current one", {.flag = "session"})};
inline constexpr Param kLimited[] = {
    kId, query_param("limit", types::integer, "maximum number of items", {.agent_decides = true, .min = 1, .max = 500, .letter = 'n'})};
inline constexpr Param kVersionParams[] = {kId, kVersionId};
inline constexpr Param kSome = positional("agents", "ids or names of agents", {.repeatable = true, .value_name = "[AGENT…]"});
inline constexpr Param kManifests = positional("manifests", "files with manifests", {.repeatable = true, .value_name = "[FILE…]"});
inline constexpr Param kFileId = path_param("file_id", "id that the upload gave", {.value_name = "FILE-ID"});

inline constexpr Endpoint kEndpoints[] = {
    get("librefang.agents.list", "/api/agents", "List the agents")
        .params(kListParams)
        .list(kListOf<kRow, "LibrefangAgentList">, kRow, kColumns, "id"),
    get("librefang.agents.get", "/api/agents/{id}", "Show one agent").params(kId).reply(kAgent, {}, "id").errors<Code::not_found>(),
    post("librefang.agents.create", "/api/agents", "Start a new agent")
        .body(kSpawn)
        .reply(kSpawned, {}, "agent_id")
        .success(201)
        .errors<Code::rejected, Code::conflict>(),
    patch("librefang.agents.set", "/api/agents/{id}", "Change an agent")
        .params(kId)
        .body(kPatch)
        .reply(kWritten)
        .errors<Code::not_found, Code::rejected>(),
    put("librefang.agents.update", "/api/agents/{id}/update", "Change what an agent is for")
        .params(kId)
        .body(kUpdate)
        .reply(kWritten)
        .errors<Code::not_found>(),
    del("librefang.agents.delete", "/api/agents/{id}", "Delete an agent").params(kId).reply(kDone).errors<Code::not_found>(),
    put("librefang.agents.set-mode", "/api/agents/{id}/mode", "Set how much an agent may do by itself")
        .params(kOneMode)
        .body(kMode)
        .reply(kMode)
        .errors<Code::not_found>(),
    post("librefang.agents.message", "/api/agents/{id}/message", "Say something to an agent")
        .params(kText)
        .body(kMessage)
        .reply(kAnswer)
        .slow()
        .errors<Code::not_found, Code::internal>(),
    get("librefang.agents.session", "/api/agents/{id}/session", "Show what was said in an agent's session")
        .params(kOneSession)
        .reply(kTranscript)
        .errors<Code::not_found>(),
    post("librefang.agents.reset-session", "/api/agents/{id}/session/reset", "Begin an agent's session anew")
        .params(kId)
        .destructive()
        .reply(kDone)
        .errors<Code::not_found>(),
    post("librefang.agents.compact-session", "/api/agents/{id}/session/compact", "Have an agent's session summed up")
        .params(kId)
        .slow()
        .reply(kDone)
        .errors<Code::not_found>(),
    post("librefang.agents.stop", "/api/agents/{id}/stop", "Stop what an agent is doing")
        .params(kId)
        .reply(kDone)
        .errors<Code::not_found>(),
    put("librefang.agents.set-model", "/api/agents/{id}/model", "Set the model of an agent")
        .params(kOneModel)
        .body(kSetModel)
        .reply(kSetModel)
        .errors<Code::not_found, Code::rejected>(),
    del("librefang.agents.clear-history", "/api/agents/{id}/history", "Delete all that was said to an agent")
        .params(kId)
        .reply(kDone)
        .errors<Code::not_found>(),
    get("librefang.agents.tools", "/api/agents/{id}/tools", "Show which tools an agent may use")
        .params(kId)
        .reply(kTools)
        .errors<Code::not_found>(),
    put("librefang.agents.set-tools", "/api/agents/{id}/tools", "Set which tools an agent may use")
        .params(kId)
        .body(kSetTools)
        .reply(kTools)
        .errors<Code::not_found>(),
    get("librefang.agents.skills", "/api/agents/{id}/skills", "Show which skills an agent may use")
        .params(kId)
        .reply(kAssigned)
        .errors<Code::not_found>(),
    put("librefang.agents.set-skills", "/api/agents/{id}/skills", "Set which skills an agent may use")
        .params(kSomeSkills)
        .body(kSkills)
        .reply(kSkills)
        .errors<Code::not_found, Code::rejected>(),
    get("librefang.agents.servers", "/api/agents/{id}/mcp_servers", "Show which MCP servers an agent may use")
        .params(kId)
        .reply(kAssigned)
        .errors<Code::not_found>(),
    put("librefang.agents.set-servers", "/api/agents/{id}/mcp_servers", "Set which MCP servers an agent may use")
        .params(kSomeServers)
        .body(kServers)
        .reply(kServers)
        .errors<Code::not_found, Code::rejected>(),
    patch("librefang.agents.set-identity", "/api/agents/{id}/identity", "Change how an agent looks")
        .params(kId)
        .body(kIdentity)
        .reply(kWritten)
        .errors<Code::not_found, Code::rejected>(),
    patch("librefang.agents.configure", "/api/agents/{id}/config", "Change an agent and its model at once")
        .params(kId)
        .body(kConfig)
        .reply(kWritten)
        .errors<Code::not_found, Code::rejected, Code::conflict>(),
    post("librefang.agents.clone", "/api/agents/{id}/clone", "Copy an agent")
        .params(kCopyName)
        .body(kClone)
        .reply(kSpawned, {}, "agent_id")
        .success(201)
        .errors<Code::not_found, Code::conflict>(),
    post("librefang.agents.upload", "/api/agents/{id}/upload", "Send a file to an agent")
        .params(kUploadParams)
        .slow()
        .reply(kUpload, {}, "file_id")
        .success(201)
        .errors<Code::not_found, Code::rejected, Code::too_large>(),
    get("librefang.agents.files", "/api/agents/{id}/files", "List the files that tell an agent who it is")
        .params(kId)
        .list(kListOf<kFile, "LibrefangFileList">, kFile, kFileColumns, "name")
        .errors<Code::not_found>(),
    get("librefang.agents.read-file", "/api/agents/{id}/files/{name}", "Show a file of an agent")
        .params(kFileParams)
        .reply(kContent)
        .errors<Code::not_found, Code::rejected>(),
    put("librefang.agents.write-file", "/api/agents/{id}/files/{name}", "Write a file of an agent")
        .params(kFileParams)
        .body(kSetContent)
        .reply(kContent)
        .errors<Code::not_found, Code::rejected>(),
    get("librefang.agents.deliveries", "/api/agents/{id}/deliveries", "List the messages that an agent sent to channels")
        .params(kLimited)
        .list(kListOf<kDelivery, "LibrefangDeliveryList">, kDelivery, kDeliveryColumns)
        .errors<Code::not_found>(),
    get("librefang.agents.sessions", "/api/agents/{id}/sessions", "List the sessions of an agent")
        .params(kId)
        .list(kListOf<kSession, "LibrefangAgentSessionList">, kSession, kSessionColumns, "session_id")
        .errors<Code::not_found>(),
    post("librefang.agents.new-session", "/api/agents/{id}/sessions", "Begin a new session of an agent")
        .params(kId)
        .body(kNewSession)
        .reply(kSession, {}, "session_id")
        .errors<Code::not_found>(),
    post("librefang.agents.switch-session", "/api/agents/{id}/sessions/{sid}/switch", "Let an agent use another session")
        .params(kSessionParams)
        .reply(kDone)
        .errors<Code::not_found>(),
    get("librefang.agents.find-session", "/api/agents/{id}/sessions/by-label/{l}", "Find a session of an agent by its name")
        .params(kLabelParams)
        .reply(kSession, {}, "session_id")
        .errors<Code::not_found>(),
    put("librefang.agents.suspend", "/api/agents/{id}/suspend", "Let an agent rest").params(kId).reply(kWritten).errors<Code::not_found>(),
    put("librefang.agents.resume", "/api/agents/{id}/resume", "Wake a resting agent").params(kId).reply(kWritten).errors<Code::not_found>(),
    post("librefang.agents.reload", "/api/agents/{id}/reload", "Read an agent's manifest from disk again")
        .params(kId)
        .reply(kWritten)
        .errors<Code::not_found>(),
    post("librefang.agents.bulk-create", "/api/agents/bulk", "Start several new agents").params(kManifests).body(kBulkSpawn).reply(kBulk),
    del("librefang.agents.bulk-delete", "/api/agents/bulk", "Delete several agents")
        .params(kSome)
        .body(kBulkIds)
        .reply(kBulk)
        .errors<Code::not_found>(),
    post("librefang.agents.bulk-start", "/api/agents/bulk/start", "Let several agents do everything by themselves")
        .params(kSome)
        .body(kBulkIds)
        .reply(kBulk)
        .errors<Code::not_found>(),
    post("librefang.agents.bulk-stop", "/api/agents/bulk/stop", "Stop what several agents are doing")
        .params(kSome)
        .body(kBulkIds)
        .reply(kBulk)
        .errors<Code::not_found>(),
    get("librefang.agents.manifest", "/api/agents/{id}/manifest", "Print an agent's manifest")
        .params(kId)
        .text("application/toml")
        .errors<Code::not_found>(),
    get("librefang.agents.versions", "/api/agents/{id}/manifest-history", "List the earlier manifests of an agent")
        .params(kLimited)
        .list(kListOf<kVersion, "LibrefangVersionList">, kVersion, kVersionColumns, "id")
        .errors<Code::not_found>(),
    post("librefang.agents.restore", "/api/agents/{id}/manifest-history/{version_id}/restore", "Give an agent an earlier manifest again")
        .params(kVersionParams)
        .destructive()
        .reply(kWritten)
        .errors<Code::not_found>(),
    get("librefang.agents.stats", "/api/agents/{id}/stats", "Show what an agent did in 24 hours")
        .params(kId)
        .reply(kStats)
        .errors<Code::not_found>(),
    get("librefang.agents.metrics", "/api/agents/{id}/metrics", "Show figures of an agent")
        .params(kId)
        .reply(kMetrics)
        .errors<Code::not_found>(),
    get("librefang.agents.events", "/api/agents/{id}/events", "List the last turns of an agent")
        .params(kLimited)
        .list(kListOf<kEvent, "LibrefangTurnList">, kEvent, kEventColumns)
        .errors<Code::not_found>(),
    get("librefang.agents.traces", "/api/agents/{id}/traces", "List the tools that an agent called last")
        .params(kId)
        .list(kListOf<kTrace, "LibrefangTraceList">, kTrace, kTraceColumns)
        .errors<Code::not_found>(),
    get("librefang.agents.runtime", "/api/agents/{id}/runtime", "List the turns that an agent is in")
        .params(kId)
        .list(kListOf<kLoop, "LibrefangLoopList">, kLoop, kLoopColumns)
        .errors<Code::not_found>(),
    get("librefang.uploads.get", "/api/uploads/{file_id}", "Print an uploaded file")
        .params(kFileId)
        .text("application/octet-stream")
        .errors<Code::not_found>(),
};

}  // namespace facio::librefang::agents
