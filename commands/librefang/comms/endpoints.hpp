// What the agents say to each other (document: Comms & Network).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/librefang/comms/shapes.hpp"

namespace facio::librefang::comms {

inline constexpr Column kEventColumns[] = {
    {"timestamp", "TIME"}, {"kind", "KIND"}, {"source_name", "FROM"}, {"target_name", "TO"}, {"detail", "DETAIL"}, {"id", "ID", true},
};
inline constexpr Param kLimit = query_param("limit", types::integer, "the newest events",
                                            {.agent_decides = true, .min = 1, .max = 500, .default_text = "100", .letter = 'n'});

inline constexpr Param kStreamed[] = {
    local_flag("limit", types::integer, "how many of the newest events come first",
               {.min = 0, .max = 500, .default_text = "50", .letter = 'n'}),
    local_flag("follow", types::boolean, "go on with new events, until Ctrl-C", {.letter = 'f'}),
};

inline constexpr Endpoint kEndpoints[] = {
    get("librefang.comms.topology", "/api/comms/topology", "Show how the agents belong together").reply(kTopology),
    get("librefang.comms.list", "/api/comms/events", "List what happened between agents, the newest first")
        .params(kLimit)
        .list(kListOf<kEvent, "LibrefangCommsEventList">, kEvent, kEventColumns, "id"),
    get("librefang.comms.stream", "/api/comms/events/stream", "Show what happens between agents as it happens")
        .params(kStreamed)
        .text("text/event-stream")
        .synonyms<"comms follow", "comms tail">(),
    post("librefang.comms.send", "/api/comms/send", "Send a message from one agent to another")
        .body(kSend)
        .reply(kSent)
        .errors<Code::not_found, Code::rejected>()
        .slow(),
    post("librefang.comms.task", "/api/comms/task", "Give an agent a task")
        .body(kTask)
        .reply(kTasked)
        .success(201)
        .errors<Code::not_found, Code::rejected>()
        .slow(),
};

}  // namespace facio::librefang::comms
