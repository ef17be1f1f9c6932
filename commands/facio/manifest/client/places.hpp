// Where in a manifest's text something stands.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "cli/contexts/yaml.hpp"

namespace facio::manifest {

struct TextPlace {
  std::int64_t line = 1;
  std::optional<std::int64_t> column = {};  ///< in characters, from 1
};

/// The files of a manifest, for finding what messages are about.
class Places {
 public:
  void add(const std::string& file, std::string text);

  /// The file that a message "FILE: cron.report.schedule: what is wrong" is about; empty when it is about none.
  [[nodiscard]] std::string file_of(std::string_view message) const;
  /// Where the innermost thing stands that such a message names; nothing when its file is not known.
  [[nodiscard]] std::optional<TextPlace> find(std::string_view message) const;
  /// How much of such a message says where it is: "FILE: cron.report.schedule".
  [[nodiscard]] std::size_t length_of_where(std::string_view message) const;

  /// Where the members of a map are, by name.
  using Members = std::unordered_map<std::string_view, std::size_t>;

 private:
  struct File {
    std::string text;
    std::vector<YamlTree> documents = {};
    std::vector<std::size_t> lines = {};  ///< where each begins
    mutable std::unordered_map<const YamlNode*, Members> members = {};
  };
  [[nodiscard]] const std::pair<const std::string, File>* known(std::string_view message) const;
  std::map<std::string, File, std::less<>> files_;
};

}  // namespace facio::manifest
