// The secrets in an MCP server's configuration: which they are, and what a mask stands for when a client sends it back.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/core/json.hpp"
#include "cli/core/result.hpp"
#include "cli/core/secret.hpp"
#include "commands/facio/mcp/shapes.hpp"

namespace facio::serve {

/// The JSON that replaces a field of a stored server: `given`, with what masked_config() masks replaced by what is `stored` in that field.
/// Code::rejected names a mask for which there is none, as where the rest of an address has changed.
Result<std::string> unmasked_field(std::string_view field, JsonRef given, JsonRef stored);

/// The values of a configuration that are to be masked in whatever a tool prints, as when it prints mcp.json: secrets by their name or
/// looks, and values of env and headers that are no ordinary words.
std::vector<Secret> telling_values(const McpConfig& config);

}  // namespace facio::serve
