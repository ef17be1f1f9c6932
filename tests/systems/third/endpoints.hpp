// A system that exists for the tests alone: what makes it differ from an agent is what every other system may differ in.
#pragma once

#include "tests/systems/third/shapes.hpp"

namespace facio::third {

inline constexpr Column kThingColumns[] = {{"id", "ID"}, {"label", "LABEL"}, {"size", "SIZE", true}};
inline constexpr Param kPages[] = {
    query_param("count", types::integer, "most things in the answer", {.min = 1, .max = 2, .default_text = "2"}),
    query_param("after", types::string, "where the answer begins, as the page before said", {.value_name = "MARK"}),
};
inline constexpr Param kId[] = {path_param("id", "id of the thing")};

inline constexpr Code kMissing[] = {Code::not_found};
inline constexpr Code kMalformed[] = {Code::unauthenticated};
inline constexpr Example kListExamples[] = {{"third things list --all", "all things"}};
inline constexpr Example kGetExamples[] = {{"third things get t-1", "one thing"}};
inline constexpr Example kPingExamples[] = {{"third ping", "does it work"}};

// clang-format off
inline constexpr Endpoint kEndpoints[] = {
    {.id = "third.ping", .method = Method::get, .path = "/third/v2/ping", .summary = "Ask whether the third system works",
     .reply = &kPing, .errors = kMalformed, .examples = kPingExamples},
    {.id = "third.things.list", .method = Method::get, .path = "/third/v2/things", .summary = "List the things",
     .params = kPages, .form = ReplyForm::list, .reply = &kThing, .envelope = &kThingList, .items = "rows", .columns = kThingColumns, .key = "id",
     .errors = kMalformed, .examples = kListExamples},
    {.id = "third.things.get", .method = Method::get, .path = "/third/v2/things/{id}", .summary = "Show one thing",
     .params = kId, .reply = &kThing, .columns = kThingColumns, .key = "id", .errors = kMissing, .examples = kGetExamples},
};
// clang-format on

}  // namespace facio::third
