// Sessions of all agents (document: Sessions).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/librefang/sessions/shapes.hpp"

namespace facio::librefang::sessions {

using agents::kTranscript;

inline constexpr Field kRowFields[] = {
    text("session_id", "id of the session"),
    text("agent_id", "id of the agent", kMayMiss),
    text("label", "its name", kMayBeNull),
    integer("message_count", "messages in it", kMayMiss),
    text("created_at", "when it was begun", kTime),
    boolean("active", "whether its agent uses it", kMayMiss),
    integer("total_tokens", "tokens that it took", kMayMiss),
    number("cost_usd", "what it cost", kMayBeNull),
    integer("duration_ms", "from its first message to the last", kMayBeNull),
};
inline constexpr Shape kRow{"LibrefangSession", "A session", kRowFields, true};
inline constexpr Column kColumns[] = {
    {"session_id", "SESSION"},        {"agent_id", "AGENT"},     {"label", "LABEL"},
    {"message_count", "MESSAGES"},    {"created_at", "CREATED"}, {"active", "ACTIVE"},
    {"total_tokens", "TOKENS", true}, {"cost_usd", "USD", true},
};

inline constexpr Field kLabelFields[] = {
    text("label", "its new name; null: none", {.nullable = true}),
};
inline constexpr Shape kLabel{"LibrefangSessionLabel", "The name of a session", kLabelFields};

inline constexpr Field kFoundFields[] = {
    text("session_id", "id of the session"),
    text("agent_id", "id of the agent", kMayMiss),
    text("snippet", "where the text is", kMayMiss),
    number("rank", "how well it fits", kMayMiss),
    boolean("active", "whether its agent uses it", kMayMiss),
};
inline constexpr Shape kFound{"LibrefangFoundSession", "A session with a text", kFoundFields, true};
inline constexpr Column kFoundColumns[] = {{"session_id", "SESSION"}, {"agent_id", "AGENT"}, {"rank", "RANK"}, {"snippet", "TEXT"}};

inline constexpr Field kCleanedFields[] = {
    integer("sessions_deleted", "how many were deleted"),
};
inline constexpr Shape kCleaned{"LibrefangCleanedSessions", "What a cleanup did", kCleanedFields, true};

inline constexpr Param kId = path_param("id", "id of the session", {.value_name = "SESSION"});
inline constexpr Param kNewLabel[] = {kId, positional("label", "its new name", {.value_name = "[LABEL]"})};
inline constexpr Param kSearch[] = {
    query_positional("q", "the text", {.required = true, .value_name = "TEXT"}),
    query_param("agent_id", types::string, "only of this agent", {.flag = "agent"}),
};
inline constexpr auto kSearchParams = joined_params(kSearch, kPage);

inline constexpr Endpoint kEndpoints[] = {
    get("librefang.sessions.list", "/api/sessions", "List the sessions of all agents")
        .params(kPage)
        .list(kListOf<kRow, "LibrefangSessionList">, kRow, kColumns, "session_id"),
    get("librefang.sessions.get", "/api/sessions/{id}", "Show what was said in a session")
        .params(kId)
        .reply(kTranscript, {}, "session_id")
        .errors<Code::not_found>(),
    put("librefang.sessions.label", "/api/sessions/{id}/label", "Name a session")
        .params(kNewLabel)
        .body(kLabel)
        .reply(kRow, {}, "session_id")
        .errors<Code::not_found>(),
    del("librefang.sessions.delete", "/api/sessions/{id}", "Delete a session").params(kId).reply(kDone).errors<Code::not_found>(),
    get("librefang.sessions.search", "/api/sessions/search", "Find sessions by what was said")
        .params(kSearchParams)
        .list(kListOf<kFound, "LibrefangFoundSessionList">, kFound, kFoundColumns, "session_id"),
    post("librefang.sessions.cleanup", "/api/sessions/cleanup", "Delete the sessions that are too old").destructive().reply(kCleaned),
};

}  // namespace facio::librefang::sessions
