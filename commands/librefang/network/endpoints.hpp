// Other daemons (document: System, Comms & Network).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/librefang/network/shapes.hpp"

namespace facio::librefang::network {

inline constexpr Column kPeerColumns[] = {
    {"node_id", "NODE"},
    {"node_name", "NAME"},
    {"address", "ADDRESS"},
    {"state", "STATE"},
    {"authenticated", "AUTHENTICATED", true},
    {"last_seen", "LAST SEEN", true},
    {"protocol_version", "PROTOCOL", true},
};
inline constexpr Column kTrustedColumns[] = {{"node_id", "NODE"}, {"fingerprint", "FINGERPRINT"}};
inline constexpr Param kPeerId = path_param("id", "id of the other daemon", {.example = "node-1", .value_name = "NODE"});

inline constexpr Endpoint kEndpoints[] = {
    get("librefang.peers.list", "/api/peers", "List the other daemons")
        .list(kListOf<kPeer, "LibrefangPeerList">, kPeer, kPeerColumns, "node_id"),
    get("librefang.peers.get", "/api/peers/{id}", "Show another daemon")
        .params(kPeerId)
        .reply(kPeer, {}, "node_id")
        .errors<Code::not_found>(),
    get("librefang.network.get", "/api/network/status", "Show how the daemon is connected to others").reply(kNetwork),
    get("librefang.network.trusted", "/api/network/trusted-peers", "List the daemons whose identity is known")
        .list(kListOf<kTrusted, "LibrefangTrustedPeerList">, kTrusted, kTrustedColumns, "node_id"),
};

}  // namespace facio::librefang::network
