// Builds the body of a request from a file, flags and assignments, and checks it before anything is sent.
#pragma once

#include <optional>
#include <span>

#include "cli/command_line/sources.hpp"

namespace facio {

struct BuiltBody {
  JsonDocument document = JsonDocument::object();
  bool given = false;                             ///< anything came from the command line
  std::vector<std::string> secrets;               ///< values that no output may show
  std::vector<std::string> doubts;                ///< what only the agent can judge, one sentence each
  std::string from;                               ///< the file, with the number of the document where it has several; empty without one
  bool numbered = false;                          ///< it has several
  std::optional<std::vector<JsonDocument>> each;  ///< the list of the document whose elements are added and removed one by one
  std::vector<std::string> left_out;              ///< of an answer that the file holds: what only the agent writes
};

/// Whether the file of a command may hold several documents, each the body of a request: what makes new things.
bool takes_several(const Endpoint& endpoint);

/// The file, then flags over it, then KEY=VALUE assignments. One body, or of a file with several documents one for each. Code::usage naming
/// the flag, or the file's key that the body does not have (unless --allow-unknown is given).
Result<std::vector<BuiltBody>> build_bodies(const Endpoint& endpoint, const std::vector<CommandFlag>& flags, const Tokens& tokens,
                                            std::span<const std::string> assignments, Sources& sources);

/// Remembers the secrets in a body that came from a file: they are hidden like all others.
void collect_secrets(JsonRef value, const Shape& shape, std::vector<std::string>& secrets);

/// Checks a finished body against its shape, and notes doubts. Code::usage naming the flag that gave (or would give) the value, else the
/// file's field.
Status check_body(const Endpoint& endpoint, const std::vector<CommandFlag>& flags, const Tokens& tokens, BuiltBody& body);

/// Code::usage for flags of one group given together, in parameters and body alike.
Status check_groups(const std::vector<CommandFlag>& flags, const Tokens& tokens);

}  // namespace facio
