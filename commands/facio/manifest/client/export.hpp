// An agent as a manifest.
#pragma once

#include "commands/facio/manifest/client/kinds.hpp"

namespace facio::manifest {

struct Exported {
  std::vector<std::pair<const ManifestKind*, JsonDocument>> sections;
  std::string owner;
  ExportedFiles files;
  Names lacking;  ///< kinds that the agent does not have

  /// All of it as one YAML document.
  [[nodiscard]] std::string yaml() const;
};

/// The section of these objects, which are marked where `is_protected` says so of a full name.
Result<JsonDocument> section_of(const ManifestKind& kind, const LiveObjects& objects,
                                const std::function<bool(const std::string& name)>& is_protected, ExportedFiles& files);

/// The whole agent, with the contents of its files in the manifest. `secrets_as` is what stands for its secrets: "env",
/// variables; "file", files below secrets/; "none", the mask. What the agent lacks is also said on standard error; one that cannot answer
/// is a failure.
Result<Exported> export_all(Client& client, std::string_view secrets_as);

}  // namespace facio::manifest
