#include "commands/facio/skills/client/front.hpp"

#include "cli/contexts/yaml.hpp"

namespace facio::skills {

Result<FrontMatter> front_of(std::string_view file) {
  const auto text = front_matter_text(file);
  if (!text) return fail(text.error());
  const auto tree = parse_yaml(*text, "SKILL.md");
  if (!tree) return fail(tree.error());
  FrontMatter front;
  if (const YamlNode* name = (*tree)->get("name")) front.name = name->text;
  if (const YamlNode* description = (*tree)->get("description")) front.description = description->text;
  return check_front_matter(front).map([&] { return std::move(front); });
}

}  // namespace facio::skills
