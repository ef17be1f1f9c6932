// YAML 1.2 (core schema) as a tree with line numbers, and as JSON. Only yaml.cpp knows the library behind it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/core/json.hpp"
#include "cli/core/result.hpp"

namespace facio {

struct YamlNode {
  JsonKind kind = JsonKind::null;
  std::string text;  ///< the string itself, or the JSON text of a number or boolean
  std::vector<std::pair<std::string, std::shared_ptr<const YamlNode>>> members;
  std::vector<std::shared_ptr<const YamlNode>> items;
  int line = 1;
  std::size_t at = std::string::npos;  ///< where it begins in the text
  bool flow = false;                   ///< of a map or list: written with braces
  std::vector<std::size_t> key_at;     ///< of a map: where each member's key begins; npos for one that << brought

  [[nodiscard]] const YamlNode* get(std::string_view name) const {
    for (const auto& [key, value] : members)
      if (key == name) return value.get();
    return nullptr;
  }
};
using YamlTree = std::shared_ptr<const YamlNode>;

/// Reads one document. Quoted scalars are strings; plain ones follow the 1.2 core schema (`no`, `on` and dates are strings, 0o17 is a
/// number). Code::usage with the line for bad syntax, a repeated key, a foreign tag, a second document, more than 64 levels, and aliases
/// that would blow the document up.
Result<YamlTree> parse_yaml(std::string_view text, std::string_view file);

/// The tree as compact JSON text.
std::string yaml_to_json(const YamlNode& node);

/// The tree as YAML in one line, with quotes only where they are needed.
std::string yaml_line(const YamlNode& node);

/// What a plain scalar means, as JSON text; `.inf` and `.nan`, which JSON lacks, become strings.
std::string plain_scalar_json(std::string_view text);

}  // namespace facio
