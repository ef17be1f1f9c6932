// Endpoints of the peers area (contract section 18.2).
#pragma once

#include "cli/catalogue/endpoint.hpp"
#include "commands/facio/peers/shapes.hpp"

namespace facio::peers {

inline constexpr Column kColumns[] = {
    {"alias", "ALIAS"},
    {"url", "ADDRESS"},
    {"hasToken", "TOKEN"},
    {"description", "DESCRIPTION"},
    {"created_at", "ADDED", true},
};
inline constexpr Column kReplyColumns[] = {{"reply", "REPLY"}, {"state", "STATE"}, {"contextId", "CONVERSATION"}, {"taskId", "TASK", true}};

inline constexpr Param kAlias[] = {path_param("alias", "name of the peer here", {.pattern = "alias", .value_name = "ALIAS"})};

inline constexpr Code kBad[] = {Code::rejected};
inline constexpr Code kUnknown[] = {Code::not_found};
inline constexpr Code kUnknownOrAway[] = {Code::not_found, Code::upstream_failed};
inline constexpr Code kCallErrors[] = {Code::rejected, Code::not_found, Code::upstream_failed, Code::upstream_timeout};

inline constexpr Example kListExamples[] = {{"peers list", "agents that this one may call"}};
inline constexpr Example kAddExamples[] = {
    {"peers add --alias research --peer-url https://research.example.net --peer-token-file research.token", "add a peer, or replace it"}};
inline constexpr Example kRemoveExamples[] = {{"peers remove research --yes", "forget a peer without being asked"}};
inline constexpr Example kCardExamples[] = {{"peers card research", "what the peer says about itself"}};
inline constexpr Example kCallExamples[] = {{"peers call research -m 'What is new?'", "send a message and wait for the answer"}};

// clang-format off
inline constexpr Endpoint kEndpoints[] = {
    {.id = "peers.list", .method = Method::get, .path = "/api/v1/a2a/peers", .summary = "List other agents that this one may call",
     .form = ReplyForm::list, .reply = &shape_of<Peer>, .envelope = &shape_of<PeerList>, .columns = kColumns, .key = "alias",
     .examples = kListExamples},
    {.id = "peers.add", .method = Method::post, .path = "/api/v1/a2a/peers", .summary = "Add or replace another agent",
     .description = "The address is that of the agent, as https://host, of its card, or of its /a2a/v1 route. The token is stored sealed, sent to the host of that address only, and never shown; replacing a peer without a token forgets it. The server calls no host of a private network unless serve --allow-host names it.",
     .body = &shape_of<PeerAdd>, .reply = &shape_of<Peer>, .columns = kColumns, .key = "alias", .success = 201, .success_replaced = 200, .errors = kBad,
     .effect = Effect::write, .idempotent = true, .examples = kAddExamples},
    {.id = "peers.remove", .method = Method::del, .path = "/api/v1/a2a/peers/{alias}", .summary = "Remove another agent", .params = kAlias,
     .reply = &shape_of<PeerDeleted>, .key = "alias", .errors = kUnknown, .effect = Effect::destructive, .examples = kRemoveExamples},
    {.id = "peers.card", .method = Method::get, .path = "/api/v1/a2a/peers/{alias}/card", .summary = "Show the card of another agent",
     .description = "Fetched from the agent now, and given as it came.", .params = kAlias, .reply = &shape_of<PeerCard>, .errors = kUnknownOrAway, .deadline = Deadline::slow, .examples = kCardExamples},
    {.id = "peers.call", .method = Method::post, .path = "/api/v1/a2a/peers/{alias}/call", .summary = "Send a message to another agent",
     .description = "Sends the message by the A2A protocol to the address that the agent's card names, and waits for the answer. When the time runs out while the agent works, the answer so far comes with its state and its task.",
     .params = kAlias, .body = &shape_of<PeerCall>, .reply = &shape_of<PeerReply>, .columns = kReplyColumns, .errors = kCallErrors,
     .effect = Effect::write, .deadline = Deadline::slow, .examples = kCallExamples},
};
// clang-format on

}  // namespace facio::peers
