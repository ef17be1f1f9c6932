// What the agents of a LibreFang daemon say to each other.
#pragma once

#include "commands/librefang/shapes.hpp"

namespace facio::librefang::comms {

inline constexpr Field kNodeFields[] = {
    text("id", "id of the agent"),
    text("name", "its name", kMayMiss),
    text("state", "created, running, suspended, terminated or crashed", kMayMiss),
    text("model", "its model", kMayMiss),
};
inline constexpr Shape kNode{"LibrefangNode", "An agent", kNodeFields, true};
inline constexpr Field kEdgeFields[] = {
    text("from", "id of the one agent"),
    text("to", "id of the other"),
    text("kind", "parent_child or peer", kMayMiss),
};
inline constexpr Shape kEdge{"LibrefangEdge", "How two agents belong together", kEdgeFields, true};
inline constexpr Field kTopologyFields[] = {
    objects<kNode>("nodes", "the agents"),
    objects<kEdge>("edges", "how they belong together"),
};
inline constexpr Shape kTopology{"LibrefangTopology", "How the agents belong together", kTopologyFields, true};

inline constexpr Field kEventFields[] = {
    text("id", "id of the event"),
    text("timestamp", "when it was", {.format = Format::time}),
    text("kind", "agent_message, agent_spawned, agent_terminated, task_posted …"),
    text("source_id", "id of the agent that it comes from", kMayMiss),
    text("source_name", "its name", kMayMiss),
    text("target_id", "id of the agent that it goes to", kMayMiss),
    text("target_name", "its name", kMayMiss),
    text("detail", "what happened", kMayMiss),
};
inline constexpr Shape kEvent{"LibrefangCommsEvent", "Something between agents", kEventFields, true};

inline constexpr Field kSendFields[] = {
    text("from", "the agent that it comes from", {.not_blank = true, .example = "coder", .value_name = "AGENT"}),
    text("to", "the agent that it goes to", {.not_blank = true, .example = "reviewer", .value_name = "AGENT"}),
    text("message", "the message", {.not_blank = true, .example = "Please review"}),
};
inline constexpr Shape kSend{"LibrefangCommsSend", "A message from one agent to another", kSendFields};
inline constexpr Field kSentFields[] = {
    text("status", "sent", kMayMiss),
    text("event_id", "id of the event", kMayMiss),
    text("response", "what the other agent answered", kMayMiss),
    integer("input_tokens", "tokens that its model read", kMayMiss),
    integer("output_tokens", "tokens that it wrote", kMayMiss),
};
inline constexpr Shape kSent{"LibrefangCommsSent", "What became of the message", kSentFields, true};

inline constexpr Field kTaskFields[] = {
    text("from", "the agent that it comes from; released daemons do not keep it",
         {.optional = true, .example = "coder", .value_name = "AGENT"}),
    text("to", "the agent that shall do it", {.not_blank = true, .example = "reviewer", .value_name = "AGENT"}),
    text("prompt", "what is to be done", {.not_blank = true, .example = "Look through the data"}),
    text("title", "its title; default: the first words of the prompt", kMayMiss),
};
inline constexpr Shape kTask{"LibrefangCommsTask", "A task for an agent", kTaskFields};
inline constexpr Field kTaskedFields[] = {
    text("status", "completed where the daemon waits for it, else posted", kMayMiss),
    text("task_id", "id of the task", kMayMiss),
    text("response", "what the agent answered", kMayMiss),
};
inline constexpr Shape kTasked{"LibrefangCommsTasked", "What became of the task", kTaskedFields, true};

}  // namespace facio::librefang::comms
