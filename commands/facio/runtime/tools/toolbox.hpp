// All tools of an agent, under both of their names.
#pragma once

#include <optional>
#include <set>

#include "commands/facio/runtime/tools/tool.hpp"

namespace facio::serve {

/// Safe from any thread once all sources are added.
class Toolbox {
 public:
  /// `source` outlives the box. Of two tools with the same name, the one of the earlier source counts.
  void add(ToolSource& source) { sources_.push_back(&source); }

  /// The tools available now, in the order of the sources.
  [[nodiscard]] std::vector<ToolInfo> list(std::string_view agent) const {
    std::vector<ToolInfo> all;
    std::set<std::string, std::less<>> names;
    for (ToolSource* source : sources_)
      for (ToolInfo& tool : source->tools(agent))
        if (names.insert(tool.name).second) all.push_back(std::move(tool));
    return all;
  }

  struct Found {
    ToolInfo info;
    ToolSource* source;
  };
  /// A tool by either of its names.
  [[nodiscard]] std::optional<Found> find(std::string_view agent, std::string_view name) const {
    for (ToolSource* source : sources_)
      for (ToolInfo& tool : source->tools(agent))
        if (tool.name == name || (!tool.other_name.empty() && tool.other_name == name)) return Found{std::move(tool), source};
    return std::nullopt;
  }

 private:
  std::vector<ToolSource*> sources_;
};

}  // namespace facio::serve
