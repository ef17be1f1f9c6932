// Tools with which the agent talks to other agents.
#pragma once

#include "commands/facio/runtime/tools/tool_group.hpp"

namespace facio {
class PeersService;
}

namespace facio::serve {

/// list_peers, call_peer.
class PeerTools final : public ToolGroup {
 public:
  explicit PeerTools(PeersService& peers);
};

}  // namespace facio::serve
