#include "commands/facio/skills/server/front_matter.hpp"

#include <yaml-cpp/yaml.h>

namespace facio::serve {
namespace {

std::string scalar(const YAML::Node& map, const char* name) {
  const YAML::Node found = map[name];
  return found && found.IsScalar() ? found.Scalar() : std::string();
}

}  // namespace

Result<skills::FrontMatter> read_front_matter(std::string_view file) {
  const auto text = skills::front_matter_text(file);
  if (!text) return fail(text.error());
  try {
    const YAML::Node map = YAML::Load(std::string(*text));
    if (!map.IsMap()) return fail_field(Code::rejected, "zip", "zip: SKILL.md needs name and description in its front matter");
    return skills::FrontMatter{.name = scalar(map, "name"), .description = scalar(map, "description")};
  } catch (const YAML::Exception& error) {
    return fail_field(Code::rejected, "zip",
                      "zip: SKILL.md line " + std::to_string(error.mark.line + 2) + ": its front matter is not YAML: " + error.msg);
  }
}

}  // namespace facio::serve
