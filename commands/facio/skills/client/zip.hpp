// Skills as zip files.
#pragma once

#include <string>
#include <string_view>

#include "cli/command_line/client.hpp"
#include "commands/facio/skills/rules.hpp"

namespace facio::skills {

struct Packed {
  FrontMatter front;
  std::string zip;
  std::size_t files = 0;
};
/// Packs a skill's directory, after checking its SKILL.md, size and files. Code::usage.
Result<Packed> pack_directory(const std::string& directory);

}  // namespace facio::skills
