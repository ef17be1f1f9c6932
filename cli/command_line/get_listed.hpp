// One thing of a list, where the agent has no endpoint for a single one.
#pragma once

#include "cli/command_line/client.hpp"

namespace facio {

/// `AREA get NAME`, from `AREA list`: the thing with this name, or with the only one that begins so. Code::not_found; Code::usage, with the
/// candidates, for several.
Result<int> get_listed(Client& client);

}  // namespace facio
