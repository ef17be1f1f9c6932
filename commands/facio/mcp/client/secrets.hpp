// Secrets that were typed where a placeholder belongs.
#pragma once

#include <string>
#include <vector>

#include "cli/command_line/client.hpp"
#include "commands/facio/mcp/shapes.hpp"

namespace facio::mcp {

/// Warns of every value of env and headers that looks like a secret, and says how to refer to a stored one instead. Gives these values, to
/// be masked.
std::vector<std::string> warn_of_secrets(Client& client, const McpConfig& config);

}  // namespace facio::mcp
