// A LibreFang daemon as a provider of models.
#pragma once

#include "commands/librefang/shapes.hpp"

namespace facio::librefang::openai {

inline constexpr Field kModelFields[] = {
    text("id", "id of the model: an agent"),
    integer("created", "when it was made", {.optional = true}),
    text("owned_by", "librefang", kMayMiss),
};
inline constexpr Shape kModel{"LibrefangOpenaiModel", "An agent as a model", kModelFields, true};

inline constexpr Field kMessageFields[] = {
    text("role", "user, system or assistant", {.example = "user"}),
    any("content", "the text, or parts of it", {.json_types = "string array", .example = "\"Hello\""}),
};
inline constexpr Shape kMessage{"LibrefangOpenaiMessage", "A message", kMessageFields, true};
inline constexpr Field kChatFields[] = {
    text("model", "the agent: its name, its id or librefang:NAME",
         {.not_blank = true, .example = "librefang:coder", .value_name = "AGENT"}),
    objects<kMessage>("messages", "a message of the user",
                      {.min_items = 1, .flag = "message", .value_name = "TEXT", .from_text = "content;role=user"}),
};
inline constexpr Shape kChat{"LibrefangOpenaiChat", "A question for an agent", kChatFields};

inline constexpr Field kChoiceFields[] = {
    integer("index", "its place", kMayMiss),
    object<kMessage>("message", "the answer"),
    text("finish_reason", "why it ends", kMayBeNull),
};
inline constexpr Shape kChoice{"LibrefangOpenaiChoice", "An answer", kChoiceFields, true};
inline constexpr Field kAnswerFields[] = {
    text("id", "id of the answer"),
    text("model", "the agent", kMayMiss),
    objects<kChoice>("choices", "the answers"),
    any("usage", "tokens that it has used", kMayMiss),
};
inline constexpr Shape kAnswer{"LibrefangOpenaiAnswer", "What an agent has answered", kAnswerFields, true};

}  // namespace facio::librefang::openai
