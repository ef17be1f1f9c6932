// Manifests: files that say what an agent is to be like.
#pragma once

#include <map>
#include <unordered_map>

#include "commands/facio/manifest/client/kinds.hpp"
#include "commands/facio/manifest/client/places.hpp"

namespace facio::manifest {

inline constexpr std::string_view kApiVersion = "facioctl/v1", kDocumentKind = "AgentConfig";
/// How messages name a manifest that is no file.
inline constexpr std::string_view kStandardInput = "standard input";
/// Where an export into a directory puts the JSON Schema of manifests; no manifest itself.
inline constexpr std::string_view kSchemaFile = "agent.schema.json";
/// The owner of what is applied by a document that names none.
inline constexpr std::string_view kDefaultOwner = "default";

struct Manifest {
  std::string owner{kDefaultOwner};
  std::map<const ManifestKind*, std::vector<Wanted>> objects;

  [[nodiscard]] bool empty() const {
    for (const auto& [kind, list] : objects)
      if (!list.empty()) return false;
    return true;
  }
  [[nodiscard]] const Wanted* find(const ManifestKind& kind, std::string_view name) const;
  /// "cron/report".
  static std::string full_name(const ManifestKind& kind, std::string_view name) {
    return std::string(kind.name()) + "/" + std::string(name);
  }

  /// Where objects are in their lists, by name: find() goes on with it.
  mutable std::map<const ManifestKind*, std::unordered_map<std::string, std::size_t>> places = {};
};

/// Reads files, directories (the .yaml, .yml and .json files in them) and standard input ("-") into one manifest. Code::usage naming the
/// file and the field: unknown sections and keys (but those that begin with x-), an object that stands twice, two owners.
Result<Manifest> load_manifest(Sources& sources, const std::vector<std::string>& paths);

/// The same for text; `name` is where it is from, for messages.
Result<Manifest> load_manifest_text(Sources& sources, const std::string& text, const std::string& name);

/// A manifest with everything that is wrong in its files, of which each is an Error as load_manifest() gives it.
struct CheckedManifest {
  Manifest manifest;
  std::vector<Error> problems;
  Places places;
};
/// Goes on after what is wrong. Fails when a file cannot be read.
Result<CheckedManifest> check_manifest(Sources& sources, const std::vector<std::string>& paths);

/// Problems between objects of the manifest, one sentence each: a job that delivers to a channel, or a value that uses a secret, which the
/// manifest does not have although it has others of that kind.
std::vector<std::string> doubts_about(const Manifest& manifest);

/// Names of the stored secrets that texts in a value use: ${credentials.KEY}.
Names used_credentials(JsonRef value);

}  // namespace facio::manifest
