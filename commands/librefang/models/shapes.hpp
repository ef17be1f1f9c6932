// The models that a LibreFang daemon knows.
#pragma once

#include "commands/librefang/shapes.hpp"

namespace facio::librefang::models {

inline constexpr Field kModelFields[] = {
    text("id", "id of the model"),
    text("provider", "its provider", kMayMiss),
    text("display_name", "its name for people", kMayMiss),
    text("tier", "frontier, smart, balanced, fast, local or custom", kMayMiss),
    boolean("available", "whether its provider can be used", kMayMiss),
    integer("context_window", "tokens that it can read at once", kMayMiss),
    integer("max_output_tokens", "tokens that it can write at once", kMayBeNull),
    number("input_cost_per_1m", "US dollars for a million tokens that it reads", kMayBeNull),
    number("output_cost_per_1m", "US dollars for a million tokens that it writes", kMayBeNull),
    boolean("supports_tools", "whether it can call tools", kMayMiss),
    boolean("supports_vision", "whether it can see images", kMayMiss),
    boolean("supports_streaming", "whether its answer comes word by word", kMayMiss),
    texts("aliases", "other names of it", kMayMiss),
};
inline constexpr Shape kModel{"LibrefangModel", "A model", kModelFields, true};

inline constexpr Field kAliasFields[] = {
    text("alias", "another name", {.not_blank = true, .example = "sonnet"}),
    text("model_id", "id of the model", {.not_blank = true, .example = "claude-sonnet-4-6", .flag = "model", .value_name = "MODEL"}),
};
inline constexpr Shape kAlias{"LibrefangModelAlias", "Another name of a model", kAliasFields, true};

inline constexpr Field kAddFields[] = {
    text("id", "id of the model", {.not_blank = true, .example = "my-model"}),
    text("provider", "its provider; default: the daemon's", kMayMiss),
    text("display_name", "its name for people", kMayMiss),
    integer("context_window", "tokens that it can read at once", {.optional = true, .min = 1}),
    integer("max_output_tokens", "tokens that it can write at once", {.optional = true, .min = 1}),
    number("input_cost_per_1m", "US dollars for a million tokens that it reads", {.optional = true, .min = 0, .flag = "input-cost"}),
    number("output_cost_per_1m", "US dollars for a million tokens that it writes", {.optional = true, .min = 0, .flag = "output-cost"}),
    boolean("supports_tools", "whether it can call tools", kMayMiss),
    boolean("supports_vision", "whether it can see images", kMayMiss),
    boolean("supports_streaming", "whether its answer comes word by word", kMayMiss),
};
inline constexpr Shape kAdd{"LibrefangModelAdd", "A model of one's own", kAddFields};
inline constexpr Field kAddedFields[] = {
    text("status", "added or removed"),
    text("model_id", "id of the model", kMayMiss),
    text("provider", "its provider", kMayMiss),
};
inline constexpr Shape kAdded{"LibrefangModelAdded", "What became of a model", kAddedFields, true};

inline constexpr Field kOverrideFields[] = {
    number("temperature", "how freely it chooses its words", kMayBeNull),
    number("top_p", "among which words it chooses", kMayBeNull),
    integer("max_tokens", "tokens that it writes at most", kMayBeNull),
    integer("context_window", "tokens that it can read at once", kMayBeNull),
    integer("max_output_tokens", "tokens that it can write at once", kMayBeNull),
};
inline constexpr Shape kOverride{"LibrefangModelOverrides", "What is set for a model", kOverrideFields, true};

}  // namespace facio::librefang::models
