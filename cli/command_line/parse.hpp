// From the arguments of one command to an Invocation: everything is checked, nothing is sent.
#pragma once

#include <span>
#include <string_view>

#include "cli/command_line/invocation.hpp"
#include "cli/core/streams.hpp"

namespace facio {

/// `arguments` are those after the command's words are taken out. Reads the files and secrets that flags name. Code::usage names the flag.
Result<Invocation> parse_invocation(const Endpoint& endpoint, std::span<const std::string_view> arguments, Streams& streams,
                                    const Environment& environment, std::int64_t now);

/// "cron create" for "cron.create".
std::string command_words(const Endpoint& endpoint);
/// "cron get ID" with the placeholders of its positionals.
std::string command_usage(const Endpoint& endpoint);
/// The argument that says which thing a command is about, where several may be given: the command is then done to each. None for commands
/// with further arguments, or with a body that belongs to one thing.
const Param* repeated_argument(const Endpoint& endpoint);
/// Whether the command asks an agent for something.
bool talks_to_agent(const Endpoint& endpoint);
/// Whether a request to the endpoint needs values: a path with parameters, or required parameters.
bool needs_values(const Endpoint& endpoint);

}  // namespace facio
