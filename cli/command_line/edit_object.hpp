// `edit` commands: a thing of the agent as a YAML document in the user's own editor. Everything comes from the declarations.
#pragma once

#include "cli/command_line/client.hpp"

namespace facio {

/// Reads what the command names (Endpoint::whole of `write`), lets a person edit the part of it that `write` takes, and sends what changed
/// as `function`, the command of `write`, does. Nothing is sent when the thing was changed on the agent's side meanwhile: Code::conflict.
Result<int> edit_object(Client& client, const Endpoint& write, ClientFunction function);

}  // namespace facio
