// What several areas of LibreFang have in common.
#pragma once

#include "cli/catalogue/shape_data.hpp"

namespace facio::librefang {

using namespace data;

inline constexpr Attr kMayMiss = {.optional = true};
inline constexpr Attr kMayBeNull = {.nullable = true, .optional = true};
inline constexpr Attr kTime = {.format = Format::time, .nullable = true, .optional = true};

/// The fields of a list of `item`: every version's list is brought into this form.
template <const Shape& item>
inline constexpr Field kListFields[] = {
    objects<item>("items", "the items"),
    integer("total", "how many there are in all", kMayMiss),
};
/// Such a list, for Declaration::list(); `name` is that of the shape.
template <const Shape& item, Literal name>
inline constexpr Shape kListOf{name.view(), "A list", kListFields<item>, true};

/// What most writes answer with.
inline constexpr Field kDoneFields[] = {
    text("status", "what was done", kMayMiss),
    text("message", "the same in a sentence", kMayMiss),
};
inline constexpr Shape kDone{"LibrefangDone", "What a write did", kDoneFields, true};

inline constexpr Field kErrorFields[] = {
    text("error", "what went wrong"),
};
inline constexpr Shape kError{"LibrefangError", "Why a request failed", kErrorFields, true};

/// The parameters of the lists that come in pages.
inline constexpr Param kPage[] = {
    query_param("limit", types::integer, "maximum number of items", {.agent_decides = true, .min = 1, .max = 500, .letter = 'n'}),
    query_param("offset", types::integer, "how many items to leave out first", {.min = 0, .default_text = "0"}),
};

}  // namespace facio::librefang
