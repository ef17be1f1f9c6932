// How to reach an MCP server, with the secrets that its configuration only names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/core/result.hpp"
#include "cli/core/secret.hpp"
#include "commands/facio/mcp/shapes.hpp"
#include "commands/facio/mcp/server/http_transport.hpp"
#include "commands/facio/mcp/server/program.hpp"
#include "commands/facio/mcp/server/waiting.hpp"

namespace facio {
class CredentialsService;
}

namespace facio::serve {

struct McpTarget {
  std::string transport;   ///< stdio, sse or streamableHttp
  bool inferred = false;   ///< `transport` is a guess: the configuration does not name it
  McpProgramLine program;  ///< for stdio
  McpAddress address;      ///< for the others
  McpPatience start, call;
  std::vector<std::string> enabled;  ///< patterns of tools
  std::vector<Secret> secrets;       ///< to be masked in texts
};

/// Resolves the placeholders of `config`, just before connecting. A program gets PATH, HOME, the language, the time zone and what the
/// configuration gives, and nothing else; it starts in `directory`. Code::not_found names a key without a secret.
Result<McpTarget> mcp_target(const McpConfig& config, const CredentialsService& credentials, std::string_view agent,
                             const std::string& directory);

/// `text` with *** in place of every secret.
std::string scrubbed(std::string text, const std::vector<Secret>& secrets);

}  // namespace facio::serve
