// The skills that the agent brings along.
#pragma once

#include <string_view>

namespace facio::serve {

struct BuiltinSkill {
  std::string_view name, description;
  std::string_view text;  ///< of SKILL.md, without the front matter
};

inline constexpr BuiltinSkill kBuiltinSkills[] = {
    {"skill-writing", "Write a new skill, or improve one, when a task is likely to come again.",
     "# Writing a skill\n\n"
     "A skill is a directory `skills/NAME` of the workspace with a `SKILL.md`.\n\n"
     "1. Choose a short name of letters, digits, `_`, `-` and `.`.\n"
     "2. Begin `SKILL.md` with a line `---`, the fields `name` and `description`, and another line `---`. The description says when the "
     "skill\n"
     "   is to be used, because it is all that is read before the choice.\n"
     "3. Below it write the steps as you would explain them to a colleague who does them for the first time: what is needed, what to do, "
     "how to\n"
     "   see that it worked, what to do when it did not.\n"
     "4. Put longer texts and programs into files beside it, and name them in the steps.\n"},
};

}  // namespace facio::serve
