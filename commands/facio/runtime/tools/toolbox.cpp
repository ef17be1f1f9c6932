#include "commands/facio/runtime/tools/toolbox.hpp"

#include <set>

namespace facio::serve {

std::vector<ToolInfo> Toolbox::list(std::string_view agent) const {
  std::vector<ToolInfo> all;
  std::set<std::string, std::less<>> names;
  for (ToolSource* source : sources_)
    for (ToolInfo& tool : source->tools(agent))
      if (names.insert(tool.name).second) all.push_back(std::move(tool));
  return all;
}

std::optional<Toolbox::Found> Toolbox::find(std::string_view agent, std::string_view name) const {
  for (ToolSource* source : sources_)
    for (ToolInfo& tool : source->tools(agent))
      if (tool.name == name || (!tool.other_name.empty() && tool.other_name == name)) return Found{std::move(tool), source};
  return std::nullopt;
}

}  // namespace facio::serve
