// An agent as a manifest.
#pragma once

#include "commands/facio/manifest/client/kinds.hpp"

namespace facio::manifest {

struct Exported {
  std::string yaml;
  ExportedFiles files;
  Names lacking;  ///< kinds that the agent does not have
};

/// The whole agent as one YAML document, with the contents of its files in it. `secrets_as` is what stands for its secrets: "env",
/// variables; "file", files below secrets/; "none", the mask. What the agent lacks is also said on standard error; one that cannot answer
/// is a failure.
Result<Exported> export_all(Client& client, std::string_view secrets_as);

}  // namespace facio::manifest
