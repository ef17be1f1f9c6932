// What other programs tell a LibreFang daemon.
#pragma once

#include "commands/librefang/shapes.hpp"

namespace facio::librefang::hooks {

inline constexpr std::string_view kModes[] = {"now", "next_heartbeat", "event"};
inline constexpr Field kWakeFields[] = {
    text("text", "what happened", {.not_blank = true, .example = "A new version was deployed"}),
    text("mode", "when the agents hear of it", {.optional = true, .choices = kModes, .agent_decides = true, .default_text = "now"}),
};
inline constexpr Shape kWake{"LibrefangWake", "Something that happened", kWakeFields};
inline constexpr Field kWokenFields[] = {
    text("status", "accepted"),
    text("mode", "when the agents hear of it", kMayMiss),
};
inline constexpr Shape kWoken{"LibrefangWoken", "Whether it was taken", kWokenFields, true};

inline constexpr Field kAgentFields[] = {
    text("message", "the message", {.not_blank = true, .example = "Review the latest commit"}),
    text("agent", "the agent; default: the daemon's first", {.optional = true, .example = "coder", .value_name = "AGENT"}),
    integer("timeout_secs", "how long it may take", {.format = Format::seconds, .optional = true, .min = 1, .flag = "turn-timeout"}),
};
inline constexpr Shape kAgent{"LibrefangHookMessage", "A message for an agent", kAgentFields};
inline constexpr Field kUsageFields[] = {
    integer("input_tokens", "tokens that the model read", kMayMiss),
    integer("output_tokens", "tokens that it wrote", kMayMiss),
};
inline constexpr Shape kUsage{"LibrefangHookUsage", "What an answer has used", kUsageFields, true};
inline constexpr Field kAnsweredFields[] = {
    text("status", "completed"),
    text("agent_id", "id of the agent", kMayMiss),
    text("response", "its answer", kMayMiss),
    object<kUsage>("usage", "what it has used", kMayMiss),
};
inline constexpr Shape kAnswered{"LibrefangHookAnswer", "What the agent has answered", kAnsweredFields, true};

}  // namespace facio::librefang::hooks
