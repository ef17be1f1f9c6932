// The head of a skill's SKILL.md.
#pragma once

#include <string_view>

#include "commands/facio/skills/rules.hpp"

namespace facio::serve {

/// Name and description from the front matter of a SKILL.md, as far as they are there; not checked. Code::rejected when it has no front
/// matter or when that is no YAML.
Result<skills::FrontMatter> read_front_matter(std::string_view file);

}  // namespace facio::serve
