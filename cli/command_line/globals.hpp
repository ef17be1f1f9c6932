// The options that every command has: from flags and environment to GlobalOptions.
#pragma once

#include "cli/command_line/invocation.hpp"
#include "cli/command_line/tokens.hpp"
#include "cli/core/streams.hpp"

namespace facio {

/// Reads the global flags and FACIOCTL_OUTPUT, FACIOCTL_TIMEOUT. Code::usage for a word or a number that is none.
/// `own_output`: the command itself knows further words of --output.
Result<GlobalOptions> read_globals(const Tokens& tokens, Streams& streams, const Environment& environment, std::int64_t now,
                                   bool own_output = false);

}  // namespace facio
