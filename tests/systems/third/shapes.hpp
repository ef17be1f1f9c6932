// JSON types of the third system.
#pragma once

#include "cli/catalogue/shape_data.hpp"

namespace facio::third {

using namespace data;

inline constexpr Field kThingFields[] = {
    text("id", "id of the thing"),
    text("label", "what it is called"),
    text("phase", "new or old", {.optional = true}),
    integer("size", "how much room it takes", {.format = Format::bytes, .optional = true}),
};
inline constexpr Shape kThing{"ThirdThing", "A thing of the third system", kThingFields};

inline constexpr Field kThingListFields[] = {objects<kThing>("rows", "the things of this page")};
inline constexpr Shape kThingList{"ThirdThingList", "A page of things", kThingListFields};

inline constexpr Field kPingFields[] = {text("state", "ok when all is well"), text("release", "version of the system")};
inline constexpr Shape kPing{"ThirdPing", "Whether the system works", kPingFields};

inline constexpr Field kFaultFields[] = {
    text("reason", "one sentence"),
    text("kind", "kind of failure"),
    texts("where", "which part of the request is meant", {.optional = true}),
};
inline constexpr Shape kFault{"ThirdFault", "Why a request failed", kFaultFields};
inline constexpr Field kErrorFields[] = {object<kFault>("fault", "the failure")};
inline constexpr Shape kError{"ThirdError", "The body of a failure", kErrorFields};

}  // namespace facio::third
