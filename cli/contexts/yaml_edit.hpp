// Changing one value in a YAML text: every other byte stays, comments and unknown keys too.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "cli/contexts/yaml.hpp"

namespace facio {

/// The text with `value` at this path of map keys; maps that are missing on the way are made. What results is read again and compared: a
/// text whose form is beyond this (anchors, odd indentation) is refused with Code::usage and left alone. `file` is named in messages.
Result<std::string> yaml_with(std::string_view text, std::span<const std::string> path, const YamlNode& value, std::string_view file);

/// The text without the member at this path. Code::not_found when there is none.
Result<std::string> yaml_without(std::string_view text, std::span<const std::string> path, std::string_view file);

/// A node that is this text.
YamlNode yaml_text(std::string text);
/// A node that is true or false.
YamlNode yaml_flag(bool value);

}  // namespace facio
