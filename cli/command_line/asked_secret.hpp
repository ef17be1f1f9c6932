// The one secret that a command cannot do without: it is asked for when no flag says where it is.
#pragma once

#include <string>
#include <vector>

#include "cli/command_line/command_flags.hpp"
#include "cli/command_line/sources.hpp"
#include "cli/core/json.hpp"

namespace facio {

/// The required secret of the command's body; null when there is none.
const CommandFlag* asked_secret(const std::vector<CommandFlag>& flags);

/// The failure for a secret typed as an argument; does not repeat it.
tl::unexpected<Error> refuse_typed_secret(const Endpoint& endpoint, const CommandFlag& secret);

/// Reads it: unseen at a terminal, else from standard input. Code::usage when there is nothing, or nobody to ask.
Result<std::string> ask_secret(Sources& sources, const Endpoint& endpoint, const CommandFlag& secret);

}  // namespace facio
