// What lies in a workspace and is not the agent's: places that no view of it shows, and files that only the operator writes.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <utility>
#include <vector>

namespace facio {

/// Files at the top of the workspace that decide what the server starts. Neither the agent's tools nor the sandbox can write them.
inline constexpr std::array<std::string_view, 1> kOperatorsFiles = {"mcp.json"};

/// Whether a name at the top of the workspace is one of them, in any case, as some file systems do not tell the cases apart.
bool is_operators_file(std::string_view name);

/// Files and directories of the server itself (its data, key and tokens) that stay out of every view of a workspace which holds them: file
/// tools, search, routes, versions and the sandbox all ask here. They are known by their identity, so under whatever name they are met:
/// behind links and as hard links too. Thread-safe.
class HiddenPlaces {
 public:
  HiddenPlaces() = default;
  /// Absolute paths; what does not exist hides nothing as long as it does not.
  explicit HiddenPlaces(std::vector<std::string> paths) : paths_(std::move(paths)) {}

  using Identity = std::pair<dev_t, ino_t>;
  /// What they are now.
  [[nodiscard]] std::vector<Identity> identities() const;
  /// Whether this file or directory, itself, is one of them.
  [[nodiscard]] bool hides(const struct stat& found) const;
  /// Whether the directory holds one of them.
  [[nodiscard]] bool any_below(const std::string& directory) const { return !below(directory).empty(); }

  struct Place {
    std::string path;  ///< relative to the directory
    bool directory = false;
    bool other_names = false;  ///< a file with further hard links, which cannot all be found
    bool within = false;       ///< inside of a directory that is hidden itself
  };
  /// Those that exist below a directory, wherever links lead.
  [[nodiscard]] std::vector<Place> below(const std::string& directory) const;

 private:
  std::vector<std::string> paths_;
};

}  // namespace facio
