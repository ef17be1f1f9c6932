// Asking before something is destroyed.
#pragma once

#include <string_view>

#include "cli/command_line/invocation.hpp"
#include "cli/core/streams.hpp"

namespace facio {

/// Asks "`what`?" on the terminal unless --yes was given; on a protected context its name is asked for, or --yes=NAME. Code::usage off a
/// terminal, Code::forbidden when a protected context was not named, Code::cancelled when declined.
Status ask(std::string_view what, const Context& context, const GlobalOptions& options, Streams& streams);

}  // namespace facio
