// A LibreFang daemon among other agents, by the A2A protocol.
#pragma once

#include "commands/librefang/shapes.hpp"

namespace facio::librefang::a2a {

inline constexpr Field kCardFields[] = {
    text("name", "name of the agent"),
    text("description", "what it is for", kMayMiss),
    text("url", "its address", kMayMiss),
    text("version", "its version", kMayMiss),
    text("status", "trusted, or pending until somebody approves it", kMayMiss),
    any("skills", "what it can do", kMayMiss),
    any("capabilities", "which parts of the protocol it knows", kMayMiss),
};
inline constexpr Shape kCard{"LibrefangAgentCard", "The card of an agent", kCardFields, true};

inline constexpr Field kPartFields[] = {
    text("type", "text", kMayMiss),
    text("text", "the text", kMayMiss),
};
inline constexpr Shape kPart{"LibrefangTaskPart", "A part of a message", kPartFields, true};
inline constexpr Field kMessageFields[] = {
    text("role", "user or agent", {.optional = true, .flag = "-"}),
    objects<kPart>("parts", "a text for the agent",
                   {.min_items = 1, .flag = "message", .value_name = "TEXT", .from_text = "text;type=text"}),
};
inline constexpr Shape kMessage{"LibrefangTaskMessage", "A message", kMessageFields, true};

inline constexpr Field kSendFields[] = {
    text("agent_id", "the agent", {.not_blank = true, .example = "coder", .flag = "agent", .value_name = "AGENT"}),
    object<kMessage>("message", "what it is asked"),
};
inline constexpr Shape kSend{"LibrefangTaskSend", "A task for an agent of the daemon", kSendFields};

inline constexpr Field kTaskFields[] = {
    text("task_id", "id of the task", kMayMiss),
    text("status", "submitted, working, inputRequired, completed, cancelled or failed", kMayMiss),
    any("result", "what the agent has answered", kMayBeNull),
    any("messages", "what was said", kMayMiss),
    any("artifacts", "what was made", kMayMiss),
    text("agentId", "id of the agent", kMayBeNull),
    text("created_at", "when it began", kTime),
    text("completed_at", "when it ended", kTime),
};
inline constexpr Shape kTask{"LibrefangTask", "A task", kTaskFields, true};

inline constexpr Field kUrlFields[] = {
    text("url", "address of the other agent", {.format = Format::url, .example = "https://agent.example.com", .flag = "address"}),
};
inline constexpr Shape kUrl{"LibrefangDiscover", "Where another agent is", kUrlFields};
inline constexpr Field kDiscoveredFields[] = {
    text("url", "its address"),
    text("name", "its name", kMayMiss),
    text("description", "what it is for", kMayMiss),
    text("status", "trusted, or pending until somebody approves it", kMayMiss),
    any("skills", "what it can do", kMayMiss),
};
inline constexpr Shape kDiscovered{"LibrefangDiscovered", "Another agent", kDiscoveredFields, true};

inline constexpr Field kRemoteSendFields[] = {
    text("url", "address of the other agent", {.format = Format::url, .example = "https://agent.example.com", .flag = "address"}),
    text("message", "what it is asked", {.not_blank = true, .example = "Review this"}),
    text("session_id", "its session, to go on with", {.optional = true, .flag = "session"}),
};
inline constexpr Shape kRemoteSend{"LibrefangRemoteSend", "A task for another agent", kRemoteSendFields};

}  // namespace facio::librefang::a2a
