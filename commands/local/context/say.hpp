// What the commands about contexts tell.
#pragma once

#include <string>

#include "cli/command_line/client.hpp"

namespace facio::context {

/// One sentence on standard error, unless --quiet; the exit code 0.
inline Result<int> say(Client& client, const std::string& sentence) {
  if (!client.invocation().global.quiet)
    if (auto status = client.streams().err.write(sentence + "\n"); !status) return fail(std::move(status.error()));
  return 0;
}

/// The command to type next, for a person at a terminal.
inline Status say_next(Client& client, const std::string& command) {
  if (client.invocation().global.quiet || !client.streams().err.is_terminal()) return {};
  return client.streams().err.write("next: " + command + "\n");
}

/// The failure for a name that the configuration does not know.
inline tl::unexpected<Error> unknown_context(const std::string& name, const Config& config) {
  return fail(Code::not_found, "there is no context '" + printable(name) + "' in " + config.path, "facioctl context list");
}

}  // namespace facio::context
