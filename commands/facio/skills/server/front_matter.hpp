// The front matter of a skill's SKILL.md.
#pragma once

#include <string_view>

#include "commands/facio/skills/rules.hpp"

namespace facio::serve {

/// Name and description, unchecked; empty where they are missing. Code::rejected without a front matter in YAML.
Result<skills::FrontMatter> read_front_matter(std::string_view file);

}  // namespace facio::serve
