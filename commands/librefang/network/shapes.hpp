// Other daemons that a LibreFang daemon talks to.
#pragma once

#include "commands/librefang/shapes.hpp"

namespace facio::librefang::network {

inline constexpr Field kPeerFields[] = {
    text("node_id", "id of the other daemon"),
    text("node_name", "its name", kMayMiss),
    text("address", "where it is", kMayMiss),
    text("state", "connected or disconnected", kMayMiss),
    boolean("authenticated", "whether it proved who it is", kMayMiss),
    text("last_seen", "when it was last heard of", kTime),
    text("connected_at", "when it connected", kTime),
    text("protocol_version", "which protocol it speaks", kMayMiss),
};
inline constexpr Shape kPeer{"LibrefangPeer", "Another daemon", kPeerFields, true};

inline constexpr Field kTrustedFields[] = {
    text("node_id", "id of the other daemon", kMayMiss),
    text("fingerprint", "fingerprint of its identity", kMayMiss),
};
inline constexpr Shape kTrusted{"LibrefangTrustedPeer", "A daemon whose identity is known", kTrustedFields, true};

inline constexpr Field kNetworkFields[] = {
    boolean("network_enabled", "whether it talks to other daemons", kMayMiss),
    integer("peer_count", "how many others it is connected to", kMayMiss),
    text("node_id", "its own id", kMayMiss),
    text("listen_addr", "where others reach it", kMayMiss),
    boolean("online", "whether it can be reached", kMayMiss),
    text("protocol_version", "which protocol it speaks", kMayMiss),
    integer("total_peers", "how many others it has ever seen", kMayMiss),
};
inline constexpr Shape kNetwork{"LibrefangNetwork", "How a daemon is connected to others", kNetworkFields, true};

}  // namespace facio::librefang::network
