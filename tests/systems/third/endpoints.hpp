// A system that exists for the tests alone: what makes it differ from an agent is what every other system may differ in.
#pragma once

#include "cli/catalogue/declare.hpp"
#include "tests/systems/third/shapes.hpp"

namespace facio::third {

inline constexpr Column kThingColumns[] = {{"id", "ID"}, {"label", "LABEL"}, {"size", "SIZE", true}};
inline constexpr Param kPages[] = {
    query_param("count", types::integer, "most things in the answer", {.min = 1, .max = 2, .default_text = "2"}),
    query_param("after", types::string, "where the answer begins, as the page before said", {.value_name = "MARK"}),
};
inline constexpr Param kId = path_param("id", "id of the thing");

inline constexpr Endpoint kEndpoints[] = {
    get("third.ping", "/third/v2/ping", "Ask whether the third system works").reply(kPing).errors<Code::unauthenticated>(),
    get("third.things.list", "/third/v2/things", "List the things")
        .params(kPages)
        .list(kThingList, kThing, kThingColumns, "id", "rows")
        .errors<Code::unauthenticated>(),
    get("third.things.get", "/third/v2/things/{id}", "Show one thing")
        .params(kId)
        .reply(kThing, kThingColumns, "id")
        .errors<Code::not_found>(),
};

}  // namespace facio::third
