// Tools that look for files of the workspace by name and by content.
#pragma once

#include "cli/files/workspace_files.hpp"
#include "commands/facio/runtime/tools/tool_group.hpp"

namespace facio::serve {

/// search_files and find_files. Hidden repositories (.git) and what is no text are passed over; both stop at their limits, when the run is
/// cancelled, and after half a minute.
class SearchTools final : public ToolGroup {
 public:
  explicit SearchTools(const WorkspaceFiles& files);
};

}  // namespace facio::serve
