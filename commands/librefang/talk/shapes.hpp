// Talking to an agent of a LibreFang daemon while it answers.
#pragma once

#include "commands/librefang/shapes.hpp"

namespace facio::librefang::talk {

inline constexpr Field kMessageFields[] = {
    text("message", "what to say", {.flag = "-"}),
};
inline constexpr Shape kMessage{"LibrefangChatMessage", "A message to an agent", kMessageFields};

inline constexpr Field kAnswerFields[] = {
    text("response", "the agent's answer"),
    integer("input_tokens", "tokens that the model read", kMayMiss),
    integer("output_tokens", "tokens that it wrote", kMayMiss),
    texts("tools", "tools that the agent called, in order", kMayMiss),
};
inline constexpr Shape kAnswer{"LibrefangChatAnswer", "An agent's answer", kAnswerFields, true};

}  // namespace facio::librefang::talk
