// An agent as a manifest.
#pragma once

#include "cli/command_line/client.hpp"

namespace facio::manifest {

/// The whole agent as one YAML document, with the contents of its files in it and variables in place of its secrets. What its areas lack is
/// said on standard error.
Result<std::string> exported_text(Client& client);

}  // namespace facio::manifest
