// Endpoints of the peers area (contract section 18.2).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/facio/peers/shapes.hpp"

namespace facio::peers {

inline constexpr Column kColumns[] = {
    {"alias", "ALIAS"}, {"url", "ADDRESS"}, {"hasToken", "TOKEN"}, {"description", "DESCRIPTION"}, {"created_at", "ADDED", true},
};
inline constexpr Column kReplyColumns[] = {{"reply", "REPLY"}, {"state", "STATE"}, {"contextId", "CONVERSATION"}, {"taskId", "TASK", true}};

inline constexpr Param kAlias = path_param("alias", "name of the peer here", {.pattern = "alias", .value_name = "ALIAS"});

inline constexpr Example kListExamples[] = {{"peers list", "agents that this one may call"}};
inline constexpr Example kAddExamples[] = {
    {"peers add --alias research --peer-url https://research.example.net --peer-token-file research.token", "add a peer, or replace it"}};
inline constexpr Example kRemoveExamples[] = {{"peers remove research --yes", "forget a peer without being asked"}};
inline constexpr Example kCardExamples[] = {{"peers card research", "what the peer says about itself"}};
inline constexpr Example kCallExamples[] = {{"peers call research -m 'What is new?'", "send a message and wait for the answer"}};

inline constexpr Endpoint kEndpoints[] = {
    get("peers.list", "/api/v1/a2a/peers", "List other agents that this one may call")
        .list<PeerList>(kColumns, "alias")
        .examples(kListExamples),
    post("peers.add", "/api/v1/a2a/peers", "Add or replace another agent")
        .description("The address is that of the agent, as https://host, of its card, or of its /a2a/v1 route. The token is stored sealed, "
                     "sent to the host of that address only, and never shown; replacing a peer without a token forgets it. The server "
                     "calls no host of a private network unless serve --allow-host names it.")
        .body<PeerAdd>()
        .reply<Peer>(kColumns, "alias")
        .success(201, 200)
        .errors<Code::rejected>()
        .idempotent()
        .examples(kAddExamples),
    del("peers.remove", "/api/v1/a2a/peers/{alias}", "Remove another agent")
        .params(kAlias)
        .reply<PeerDeleted>("alias")
        .errors<Code::not_found>()
        .examples(kRemoveExamples),
    get("peers.card", "/api/v1/a2a/peers/{alias}/card", "Show the card of another agent")
        .description("Fetched from the agent now, and given as it came.")
        .params(kAlias)
        .reply<PeerCard>()
        .errors<Code::not_found, Code::upstream_failed>()
        .slow()
        .examples(kCardExamples),
    post("peers.call", "/api/v1/a2a/peers/{alias}/call", "Send a message to another agent")
        .description("Sends the message by the A2A protocol to the address that the agent's card names, and waits for the answer. When the "
                     "time runs out while the agent works, the answer so far comes with its state and its task.")
        .params(kAlias)
        .body<PeerCall>()
        .reply<PeerReply>(kReplyColumns)
        .errors<Code::rejected, Code::not_found, Code::upstream_failed, Code::upstream_timeout>()
        .slow()
        .examples(kCallExamples),
};

}  // namespace facio::peers
