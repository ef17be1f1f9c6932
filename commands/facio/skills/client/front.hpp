// What a SKILL.md says of itself.
#pragma once

#include "commands/facio/skills/rules.hpp"

namespace facio::skills {

/// The checked front matter of a SKILL.md. Code::rejected, or Code::usage for bad YAML.
Result<FrontMatter> front_of(std::string_view file);

}  // namespace facio::skills
