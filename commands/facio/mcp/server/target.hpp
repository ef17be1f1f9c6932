// Where an MCP server is and what it is given, with the secrets that its configuration only names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/core/result.hpp"
#include "cli/core/secret.hpp"
#include "commands/facio/mcp/shapes.hpp"
#include "commands/facio/mcp/server/http_peer.hpp"
#include "commands/facio/mcp/server/program.hpp"
#include "commands/facio/mcp/server/waiting.hpp"

namespace facio {
class CredentialsService;
}

namespace facio::serve {

struct McpTarget {
  std::string transport;   ///< stdio, sse or streamableHttp
  bool inferred = false;   ///< the configuration does not name the transport
  McpProgramLine program;  ///< for stdio
  McpAddress address;      ///< for the others
  McpPatience start, call;
  std::vector<std::string> enabled;  ///< tools; one * stands for any run of characters
  std::vector<Secret> secrets;       ///< values that no text may show
};

/// Resolves the placeholders of `config`: only for what is about to be connected. A program gets PATH, HOME, the language and the time
/// zone, what the configuration gives, and nothing else; it starts in `directory`. Code::not_found names a key without a secret.
Result<McpTarget> mcp_target(const McpConfig& config, const CredentialsService& credentials, std::string_view agent,
                             const std::string& directory);

/// `text` with *** in the place of every secret.
std::string scrubbed(std::string text, const std::vector<Secret>& secrets);

}  // namespace facio::serve
