// What the commands about contexts say.
#pragma once

#include "cli/command_line/client.hpp"

namespace facio {

/// The failure for a name that the configuration does not have.
inline tl::unexpected<Error> unknown_context(std::string_view name, const Config& config) {
  return fail(Code::not_found, "there is no context '" + printable(name) + "' in " + config.path, "facioctl context list");
}

/// The command to type next, for a person at a terminal.
inline Status say_next(Client& client, const std::string& command) {
  return client.streams().err.is_terminal() ? note(client, "next: " + command) : Status();
}

}  // namespace facio
