// Endpoints of the sessions area (contract section 9).
#pragma once

#include "cli/catalogue/endpoint.hpp"
#include "commands/sessions/shapes.hpp"

namespace facio::sessions {

inline constexpr Column kColumns[] = {
    {"key", "KEY"},
    {"channel", "CHANNEL"},
    {"message_count", "MESSAGES"},
    {"updated_at", "UPDATED"},
    {"created_at", "CREATED", true},
};

inline constexpr Param kListParams[] = {
    query_param("limit", types::integer, "most sessions to list", {.min = 1, .max = 500, .default_text = "100", .letter = 'n'}),
    query_param("offset", types::integer, "sessions to skip", {.min = 0, .default_text = "0"}),
    query_param("channel", types::string, "only sessions of this channel"),
    query_param("older_than", types::string, "only sessions that last changed before this time", {.format = Format::time, .value_name = "TIME"}),
    query_param("newer_than", types::string, "only sessions that changed after this time", {.format = Format::time, .value_name = "TIME"}),
    query_param("larger_than", types::integer, "only sessions with more messages than this", {.min = 0, .max = 1e9, .value_name = "N"}),
};
inline constexpr Param kGetParams[] = {
    path_param("key", "key of the session, as api:default", {.value_name = "KEY"}),
    query_param("limit", types::integer, "only this many of the last messages; 0 for all", {.min = 0, .default_text = "0", .letter = 'n'}),
    query_param("before", types::integer, "only messages before the one with this number", {.min = 1, .max = 4e9, .value_name = "N"}),
};
inline constexpr Param kKey[] = {path_param("key", "key of the session, as api:default", {.value_name = "KEY"})};

inline constexpr Code kBad[] = {Code::rejected};
inline constexpr Code kUnknown[] = {Code::not_found};
inline constexpr Code kBadOrUnknown[] = {Code::rejected, Code::not_found};

inline constexpr Example kListExamples[] = {{"sessions list", "the last changed first"}, {"sessions list --channel api -n 10", "ten of one channel"}};
inline constexpr Example kGetExamples[] = {{"sessions get api:default -n 20 -o json", "the last twenty messages"}};
inline constexpr Example kDeleteExamples[] = {{"sessions delete api:default --yes", "remove a session and its history without being asked"}};

// clang-format off
inline constexpr Endpoint kEndpoints[] = {
    {.id = "sessions.list", .method = Method::get, .path = "/api/v1/sessions", .summary = "List sessions", .params = kListParams,
     .form = ReplyForm::list, .reply = &shape_of<SessionMeta>, .envelope = &shape_of<SessionList>, .columns = kColumns, .key = "key",
     .errors = kBad, .examples = kListExamples},
    {.id = "sessions.get", .method = Method::get, .path = "/api/v1/sessions/{key}", .summary = "Show a session with its messages",
     .params = kGetParams, .reply = &shape_of<Session>, .columns = kColumns, .key = "key", .errors = kBadOrUnknown,
     .examples = kGetExamples},
    {.id = "sessions.delete", .method = Method::del, .path = "/api/v1/sessions/{key}", .summary = "Delete a session and its history",
     .params = kKey, .reply = &shape_of<SessionDeleted>, .key = "key", .errors = kUnknown, .effect = Effect::destructive,
     .examples = kDeleteExamples},
};
// clang-format on

}  // namespace facio::sessions
