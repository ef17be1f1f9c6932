// The model `builtin`: works without a key and without a network, and says only what is true. Deterministic.
#pragma once

#include <string>

#include "commands/facio/runtime/models/model.hpp"

namespace facio {
class SettingsService;
class WorkspaceFiles;
namespace store {
class Store;
}
}  // namespace facio

namespace facio::serve {

/// A message that begins with / is a command (builtin_commands.hpp); `/tool NAME {json}` asks for a tool and then says what it gave. Asked
/// to summarise, it describes the workspace. Any other message is answered by a description of what was asked and of what the agent has.
class BuiltinModel final : public Model {
 public:
  BuiltinModel(store::Store& store, SettingsService& settings, const WorkspaceFiles& files, std::string version)
      : store_(store), settings_(settings), files_(files), version_(std::move(version)) {}

  Result<ModelReply> ask(const ModelRequest& request, const Cancel& cancel, UniqueFunction<void(std::string_view)>& piece) override;

 private:
  store::Store& store_;
  SettingsService& settings_;
  const WorkspaceFiles& files_;
  std::string version_;
};

/// What there is in the workspace, in a few lines: how much of what, and the titles of its texts.
std::string describe_workspace(const WorkspaceFiles& files);

}  // namespace facio::serve
