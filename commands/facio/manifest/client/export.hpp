// An agent as a manifest.
#pragma once

#include "cli/command_line/client.hpp"

namespace facio::manifest {

/// The whole agent as one YAML document, with the contents of its files in it. `secrets_as` is what stands for its secrets: "env",
/// variables; "file", files below secrets/; "none", the mask. What the agent lacks is said on standard error.
Result<std::string> exported_text(Client& client, std::string_view secrets_as);

}  // namespace facio::manifest
