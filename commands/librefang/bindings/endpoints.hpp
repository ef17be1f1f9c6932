// Which agent answers on which channel (document: Bindings).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/librefang/bindings/shapes.hpp"

namespace facio::librefang::bindings {

inline constexpr Column kColumns[] = {
    {"agent", "AGENT"},
    {"channel", "CHANNEL"},
    {"filter", "FILTER", true},
    {"match_rule.account_id", "ACCOUNT", true},
    {"match_rule.peer_id", "PEER", true},
    {"match_rule.guild_id", "GUILD", true},
};
inline constexpr Param kIndex = path_param("index", "place in `librefang bindings list`, from 0", {.example = "0", .value_name = "INDEX"});

inline constexpr Endpoint kEndpoints[] = {
    get("librefang.bindings.list", "/api/bindings", "List which agent answers where")
        .list(kListOf<kRow, "LibrefangBindingList">, kRow, kColumns, "agent"),
    post("librefang.bindings.create", "/api/bindings", "Let an agent answer on a channel")
        .body(kCreate)
        .reply(kDone)
        .success(201)
        .errors<Code::rejected>(),
    del("librefang.bindings.delete", "/api/bindings/{index}", "Delete a binding").params(kIndex).reply(kDone).errors<Code::not_found>(),
};

}  // namespace facio::librefang::bindings
