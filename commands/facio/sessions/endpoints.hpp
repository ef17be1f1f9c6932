// Endpoints of the sessions area (contract section 9).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/facio/sessions/shapes.hpp"

namespace facio::sessions {

inline constexpr Column kColumns[] = {
    {"key", "KEY"}, {"channel", "CHANNEL"}, {"message_count", "MESSAGES"}, {"updated_at", "UPDATED"}, {"created_at", "CREATED", true},
};

inline constexpr Param kListParams[] = {
    limit_param("maximum number of sessions to list", "100"),
    offset_param("number of sessions to skip"),
    query_param("channel", types::string, "only sessions of this channel"),
    query_param("older_than", types::string, "only sessions last changed before this time", {.format = Format::time, .value_name = "TIME"}),
    query_param("newer_than", types::string, "only sessions changed after this time", {.format = Format::time, .value_name = "TIME"}),
    query_param("larger_than", types::integer, "only sessions with more messages than this", {.min = 0, .max = 1e9, .value_name = "N"}),
};
inline constexpr Param kKey = path_param("key", "key of the session, such as api:default", {.example = "api:default", .value_name = "KEY"});
inline constexpr Param kGetParams[] = {
    kKey,
    query_param("limit", types::integer, "only the last N messages; 0 for all", {.min = 0, .default_text = "0", .letter = 'n'}),
    query_param("before", types::integer, "only messages before this one, by number", {.min = 1, .max = 4e9, .value_name = "N"}),
    local_flag("output", types::string, "text: who said what, as on a terminal; or a format as everywhere",
               {.letter = 'o', .value_name = "FORMAT"}),
};
inline constexpr Param kDeleteParams[] = {
    kKey,
    positional("more", "further sessions to delete", {.repeatable = true, .value_name = "KEY"}),
};
inline constexpr std::string_view kFormats[] = {"json", "md", "ndjson"};
inline constexpr Param kExportParams[] = {
    positional("key", "keys of the sessions", {.repeatable = true, .value_name = "KEY"}),
    local_flag("all", types::boolean, "every session"),
    local_flag("to", types::string, "directory for the files, created if missing; - is standard output", {.value_name = "DIR"}),
    local_flag("format", types::string, "json: the session as stored; md: for reading; ndjson: one message per line",
               {.choices = kFormats, .default_text = "json"}),
    local_flag("force", types::boolean, "replace existing files"),
};
inline constexpr Param kPruneParams[] = {
    local_flag("older-than", types::string, "sessions last changed before this time, e.g. 30d",
               {.format = Format::time, .value_name = "TIME"}),
    local_flag("larger-than", types::integer, "sessions with more messages than this", {.min = 0, .max = 1e9, .value_name = "N"}),
    local_flag("channel", types::string, "sessions of this channel"),
};

inline constexpr Endpoint kEndpoints[] = {
    get("sessions.list", "/api/v1/sessions", "List sessions")
        .params(kListParams)
        .list<SessionList>(kColumns, "key")
        .errors<Code::rejected>(),
    get("sessions.get", "/api/v1/sessions/{key}", "Show a session with its messages")
        .params(kGetParams)
        .reply<Session>(kColumns, "key")
        .errors<Code::rejected, Code::not_found>()
        .synonyms<"sessions show">(),
    del("sessions.delete", "/api/v1/sessions/{key}", "Delete a session and its history")
        .params(kDeleteParams)
        .reply<SessionDeleted>("key")
        .errors<Code::not_found>(),
    remote("sessions.export", "Export sessions with all their messages to files").params(kExportParams),
    remote("sessions.prune", "Delete old or large sessions, or those of one channel").params(kPruneParams).destructive(),
};

}  // namespace facio::sessions
