// What belongs to an agent: its sessions, files, history.
#pragma once

#include "commands/librefang/agents/shapes.hpp"

namespace facio::librefang::agents {

inline constexpr Field kFileFields[] = {
    text("name", "name of the file"),
    boolean("exists", "whether it is there", kMayMiss),
    integer("size_bytes", "its size", {.format = Format::bytes, .optional = true}),
};
inline constexpr Shape kFile{"LibrefangFile", "A file of an agent", kFileFields, true};
inline constexpr Field kContentFields[] = {
    text("name", "name of the file", kMayMiss),
    text("content", "what it holds", kMayMiss),
    integer("size_bytes", "its size", {.format = Format::bytes, .optional = true}),
};
inline constexpr Shape kContent{"LibrefangFileContent", "What a file of an agent holds", kContentFields, true};
inline constexpr Field kSetContentFields[] = {
    text("content", "the text", {.format = Format::document, .max_length = 32768}),
};
inline constexpr Shape kSetContent{"LibrefangSetContent", "The new text of a file", kSetContentFields};

inline constexpr Field kUploadFields[] = {
    text("file_id", "id of the file"),
    text("filename", "its name", kMayMiss),
    text("content_type", "its type", kMayMiss),
    integer("size", "its size", {.format = Format::bytes, .optional = true}),
    text("transcription", "what is said in it", kMayBeNull),
};
inline constexpr Shape kUpload{"LibrefangUpload", "An uploaded file", kUploadFields, true};

inline constexpr Field kDeliveryFields[] = {
    text("message_id", "id of the message", kMayMiss),
    text("channel", "the channel", kMayMiss),
    text("recipient", "who it is for", kMayMiss),
    text("status", "sent, delivered, failed or best_effort", kMayMiss),
    text("timestamp", "when", kTime),
    text("error", "why it failed", kMayBeNull),
};
inline constexpr Shape kDelivery{"LibrefangDelivery", "A delivered message", kDeliveryFields, true};

inline constexpr Field kSessionFields[] = {
    text("session_id", "id of the session"),
    text("label", "its name", kMayBeNull),
    integer("message_count", "messages in it", kMayMiss),
    text("created_at", "when it was begun", kTime),
    boolean("current", "whether the agent uses it", kMayMiss),
    text("agent_id", "id of the agent", kMayMiss),
};
inline constexpr Shape kSession{"LibrefangAgentSession", "A session of an agent", kSessionFields, true};
inline constexpr Field kNewSessionFields[] = {
    text("label", "its name", kMayMiss),
};
inline constexpr Shape kNewSession{"LibrefangNewSession", "A new session", kNewSessionFields};

inline constexpr Field kSaidFields[] = {
    text("role", "who said it", kMayMiss),
    text("content", "what was said", kMayMiss),
    text("timestamp", "when", kTime),
};
inline constexpr Shape kSaid{"LibrefangSaid", "A message of a session", kSaidFields, true};
inline constexpr Field kTranscriptFields[] = {
    text("session_id", "id of the session", kMayMiss),
    text("agent_id", "id of the agent", kMayMiss),
    text("label", "its name", kMayBeNull),
    integer("message_count", "messages in it", kMayMiss),
    integer("context_window_tokens", "tokens that they take", kMayMiss),
    text("compacted_summary", "what was said before them, in short", kMayBeNull),
    text("created_at", "when it was begun", kTime),
    objects<kSaid>("messages", "the messages", kMayMiss),
};
inline constexpr Shape kTranscript{"LibrefangTranscript", "A session with its messages", kTranscriptFields, true};

inline constexpr Field kVersionFields[] = {
    integer("id", "number of the version"),
    text("timestamp", "when it was made", kMayMiss),
    text("change_source", "what made it", kMayMiss),
    text("agent_name", "name of the agent", kMayMiss),
    text("template_name", "name of the template", kMayMiss),
    text("manifest_toml", "the manifest", kMayMiss),
};
inline constexpr Shape kVersion{"LibrefangManifestVersion", "An earlier manifest", kVersionFields, true};
inline constexpr Column kVersionColumns[] = {{"id", "VERSION"}, {"timestamp", "MADE"}, {"change_source", "BY"}};

inline constexpr Field kEventFields[] = {
    text("timestamp", "when", kTime),
    text("provider", "who was asked", kMayMiss),
    text("model", "the model", kMayMiss),
    integer("input_tokens", "tokens that were read", kMayMiss),
    integer("output_tokens", "tokens that were written", kMayMiss),
    integer("tool_calls", "calls of tools", kMayMiss),
    integer("latency_ms", "how long it took", kMayMiss),
    number("cost_usd", "what it cost", kMayMiss),
};
inline constexpr Shape kEvent{"LibrefangTurn", "A turn of an agent", kEventFields, true};

inline constexpr Field kTraceFields[] = {
    text("timestamp", "when", kTime),
    text("tool_name", "the tool", kMayMiss),
    any("input", "what it was given", kMayMiss),
    boolean("is_error", "whether it failed", kMayMiss),
    integer("execution_ms", "how long it took", kMayMiss),
    text("output_summary", "what it answered, in short", kMayBeNull),
};
inline constexpr Shape kTrace{"LibrefangTrace", "A call of a tool", kTraceFields, true};

inline constexpr Field kLoopFields[] = {
    text("session_id", "the session", kMayMiss),
    text("started_at", "since when", kTime),
};
inline constexpr Shape kLoop{"LibrefangLoop", "A turn that is running", kLoopFields, true};

inline constexpr Field kBulkFields[] = {
    integer("total", "how many were asked for"),
    integer("succeeded", "how many were done"),
    integer("failed", "how many were not"),
    any("results", "what became of each", kMayMiss),
};
inline constexpr Shape kBulk{"LibrefangBulk", "What was done to several agents", kBulkFields, true};
inline constexpr Field kBulkIdsFields[] = {
    texts("agent_ids", "ids or names of agents", {.min_items = 1, .flag = "agents"}),
};
inline constexpr Shape kBulkIds{"LibrefangBulkIds", "Several agents", kBulkIdsFields};
inline constexpr Field kBulkSpawnFields[] = {
    objects<kSpawn>("agents", "their manifests",
                    {.format = Format::document, .min_items = 1, .flag = "manifests", .value_name = "FILE", .from_text = "manifest_toml"}),
};
inline constexpr Shape kBulkSpawn{"LibrefangBulkSpawn", "Several new agents", kBulkSpawnFields};

}  // namespace facio::librefang::agents
