// Builds the body of a request from a file, flags and assignments, and checks it before anything is sent.
#pragma once

#include <span>

#include "cli/command_line/sources.hpp"

namespace facio {

struct BuiltBody {
  JsonDocument document = JsonDocument::object();
  bool given = false;                ///< anything came from the command line
  std::vector<std::string> secrets;  ///< values that no output may show
  std::vector<std::string> doubts;   ///< what only the agent can judge, one sentence each
};

/// The file, then flags over it, then KEY=VALUE assignments. Code::usage naming the flag.
Result<BuiltBody> build_body(const Endpoint& endpoint, const std::vector<CommandFlag>& flags, const Tokens& tokens,
                             std::span<const std::string> assignments, Sources& sources);

/// Checks a finished body against its shape, and notes doubts. Code::usage naming the flag that gave (or would give) the value, else the
/// file's field.
Status check_body(const Endpoint& endpoint, const std::vector<CommandFlag>& flags, const Tokens& tokens, BuiltBody& body);

/// Code::usage for flags of one group given together, in parameters and body alike.
Status check_groups(const std::vector<CommandFlag>& flags, const Tokens& tokens);

}  // namespace facio
