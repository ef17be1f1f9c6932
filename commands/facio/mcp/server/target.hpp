// How to reach an MCP server, with the secrets that its configuration only names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/core/result.hpp"
#include "cli/core/secret.hpp"
#include "commands/facio/credentials/server/service.hpp"
#include "commands/facio/mcp/shapes.hpp"
#include "commands/facio/mcp/server/http_transport.hpp"
#include "commands/facio/mcp/server/program.hpp"
#include "commands/facio/mcp/server/waiting.hpp"

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

struct McpPlaces {
  std::string workspace;
  std::string own;  ///< directory where programs start, made if it is missing; the agent cannot write there
};

/// Resolves the placeholders of `config`, just before connecting. A program gets PATH, HOME, the language, the time zone and what the
/// configuration gives, and nothing else. What the agent writes does not choose it: it starts in a directory of its own, PATH and HOME do
/// not lead into the workspace, and a command or argument that is meant there says so (./tools/server, .) and is passed on as an absolute
/// path. Code::not_found names a key without a secret, Code::forbidden a key that the entry may not name, or a program that was found in
/// the workspace.
Result<McpTarget> mcp_target(const McpConfig& config, const CredentialsService& credentials, CredentialsService::Keys keys,
                             std::string_view agent, const McpPlaces& places);

/// A command with a slash in it is relative to the workspace unless it is absolute: "./tools/server"; others as they are.
std::string workspace_command(const std::string& command);
/// The path inside the workspace that a word of a command line names, as ./x, --option=./x, absolutely, or from the directory that programs
/// start in, as ../workspace/x; empty when it names none.
std::string workspace_part(const std::string& word, const McpPlaces& places);

/// `text` with *** in place of every secret, of each line of one that has several, and of the beginning of one at a kCutMark.
std::string scrubbed(std::string text, const std::vector<Secret>& secrets);

}  // namespace facio::serve
