// YAML 1.2 (core schema) as a tree with line numbers, as JSON, and edited in place. Only yaml.cpp knows the library behind it.
#pragma once

#include <span>
#include <vector>

#include "cli/core/json.hpp"

namespace facio {

struct YamlNode {
  JsonKind kind = JsonKind::null;
  std::string text;  ///< the string itself, or the JSON text of a number or boolean
  std::vector<std::pair<std::string, std::shared_ptr<const YamlNode>>> members;
  std::vector<std::shared_ptr<const YamlNode>> items;
  int line = 1;
  std::size_t at = std::string::npos;  ///< where it begins in the text
  bool flow = false;                   ///< of a map or list: written with braces or brackets
  std::vector<std::size_t> key_at;     ///< of a map: where each member's key begins; npos if merged by <<

  [[nodiscard]] const YamlNode* get(std::string_view name) const {
    for (const auto& [key, value] : members)
      if (key == name) return value.get();
    return nullptr;
  }
};
using YamlTree = std::shared_ptr<const YamlNode>;

/// Parses one document. Quoted scalars are strings; plain ones follow the 1.2 core schema (`no`, `on` and dates are strings, 0o17 is a
/// number). Code::usage with the line for bad syntax, a repeated key, a foreign tag, a second document, more than 64 levels, and aliases
/// that expand to too much.
Result<YamlTree> parse_yaml(std::string_view text, std::string_view file);

/// The same for several documents, apart by `---`. Those that hold nothing are left out, unless there is no other.
Result<std::vector<YamlTree>> parse_yaml_documents(std::string_view text, std::string_view file);

/// A scalar.
YamlTree yaml_text(std::string text, JsonKind kind = JsonKind::string);

/// As compact JSON.
std::string yaml_to_json(const YamlNode& node);
/// As YAML in one line, with quotes only where they are needed.
std::string yaml_line(const YamlNode& node);
/// A plain scalar as JSON; `.inf` and `.nan`, which JSON lacks, become strings.
std::string plain_scalar_json(std::string_view text);

/// The text with `value` at this path of map keys; missing maps on the way are made. The result is parsed again and compared: a text whose
/// form is beyond this (anchors, odd indentation) is refused with Code::usage. `file` is for messages.
Result<std::string> yaml_with(std::string_view text, std::span<const std::string> path, const YamlTree& value, std::string_view file);

/// The text without the member at this path. Code::not_found when there is none.
Result<std::string> yaml_without(std::string_view text, std::span<const std::string> path, std::string_view file);

/// The tree with what looks like a secret masked: under keys such as password, in the user part of URLs, in a helper's arguments.
YamlTree redacted(const YamlTree& tree);

/// A URL without user name and password.
std::string redacted_url(std::string_view url);

}  // namespace facio
