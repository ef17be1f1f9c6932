// All tools of an agent, under both of their names.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "commands/facio/runtime/tools/tool.hpp"

namespace facio::serve {

/// Safe from any thread once all sources are there.
class Toolbox {
 public:
  /// `source` outlives the box. Of two tools with the same name the one of the earlier source counts.
  void add(ToolSource& source) { sources_.push_back(&source); }

  /// What there is now, in the order of the sources.
  [[nodiscard]] std::vector<ToolInfo> list(std::string_view agent) const;
  /// A tool by one of its names, and its source.
  struct Found {
    ToolInfo info;
    ToolSource* source;
  };
  [[nodiscard]] std::optional<Found> find(std::string_view agent, std::string_view name) const;

 private:
  std::vector<ToolSource*> sources_;
};

}  // namespace facio::serve
