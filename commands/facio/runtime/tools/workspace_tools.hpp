// Tools that read and change files of the agent's workspace.
#pragma once

#include "cli/files/workspace_files.hpp"
#include "commands/facio/runtime/tools/tool_group.hpp"

namespace facio {
class CredentialsService;
}

namespace facio::serve {

/// read_file, list_dir, write_file, edit_file, delete_file. What is written may hold ${credentials.KEY}, which becomes the secret, except
/// in mcp.json, where the placeholder itself belongs.
class WorkspaceTools final : public ToolGroup {
 public:
  WorkspaceTools(const WorkspaceFiles& files, const CredentialsService& credentials);

 private:
  void add_reading();
  void add_writing();

  const WorkspaceFiles& files_;
  const CredentialsService& credentials_;
};

}  // namespace facio::serve
