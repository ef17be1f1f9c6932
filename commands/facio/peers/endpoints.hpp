// Endpoints of the peers area (contract section 18.2).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/facio/peers/shapes.hpp"

namespace facio::peers {

inline constexpr Column kColumns[] = {
    {"alias", "ALIAS"}, {"url", "ADDRESS"}, {"hasToken", "TOKEN"}, {"description", "DESCRIPTION"}, {"created_at", "ADDED", true},
};
inline constexpr Column kReplyColumns[] = {{"reply", "REPLY"},       {"state", "STATE"},        {"contextId", "CONVERSATION"},
                                           {"taskId", "TASK", true}, {"statusMessage", "SAYS"}, {"data", "DATA"},
                                           {"files", "FILES"}};

inline constexpr Param kAlias =
    path_param("alias", "name of the peer here", {.pattern = "alias", .example = "research", .value_name = "ALIAS"});
inline constexpr Param kMine = positional("alias", "name of the peer here", {.required = true, .pattern = "alias", .value_name = "ALIAS"});
inline constexpr Param kAdd = positional("alias", "name of the peer here; instead of --alias", {.pattern = "alias", .value_name = "ALIAS"});
inline constexpr Param kCallParams[] = {
    kAlias,
    local_flag("save_files", types::string, "save the files of the answer in this directory, under new names", {.value_name = "DIR"}),
};

inline constexpr Endpoint kEndpoints[] = {
    get("peers.list", "/api/v1/a2a/peers", "List other agents that this agent may call").list<PeerList>(kColumns, "alias"),
    remote("peers.get", "Show one peer").params(kMine).reply<Peer>(kColumns, "alias"),
    post("peers.add", "/api/v1/a2a/peers", "Add or replace another agent")
        .params(kAdd)
        .body<PeerAdd>()
        .whole<"peers.list">()
        .keeps("token", "hasToken")
        .reply<Peer>(kColumns, "alias")
        .success(201, 200)
        .errors<Code::rejected>()
        .idempotent(),
    edit("peers.edit", "Edit what is known of another agent in your editor", "peers.add"),
    del("peers.remove", "/api/v1/a2a/peers/{alias}", "Remove another agent")
        .params(kAlias)
        .reply<PeerDeleted>("alias")
        .errors<Code::not_found>(),
    get("peers.card", "/api/v1/a2a/peers/{alias}/card", "Show the card of another agent")
        .params(kAlias)
        .reply<PeerCard>()
        .errors<Code::not_found, Code::upstream_failed>()
        .slow(),
    post("peers.call", "/api/v1/a2a/peers/{alias}/call", "Send a message to another agent")
        .params(kCallParams)
        .body<PeerCall>()
        .reply<PeerReply>(kReplyColumns)
        .errors<Code::rejected, Code::not_found, Code::upstream_failed, Code::upstream_timeout>()
        .slow(),
};

}  // namespace facio::peers
