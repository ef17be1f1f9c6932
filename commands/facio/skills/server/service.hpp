// Skills and scripts of the workspace.
#pragma once

#include <mutex>
#include <string_view>

#include "cli/core/result.hpp"
#include "commands/facio/scripts/shapes.hpp"
#include "commands/facio/runtime/service_context.hpp"
#include "commands/facio/skills/shapes.hpp"

namespace facio {

/// Safe from any thread. All calls block.
class SkillsService {
 public:
  explicit SkillsService(const serve::ServiceContext& context) : files_(context.files) {}

  /// The skills of the workspace, by name: directories under skills/ with a SKILL.md. With `all` also those that the agent brings along and
  /// that none of the workspace takes the place of.
  Result<SkillList> list(bool all) const;
  /// Unpacks a zip file (base64) and puts it in its place at once: there is the whole skill or the one before. Code::rejected,
  /// Code::conflict when there is a skill of this name and `overwrite` is false, Code::too_large over 25 MiB.
  Result<Skill> install(std::string_view name, std::string_view zip, bool overwrite);
  /// Removes a skill of the workspace. Code::rejected for one that the agent brings along, Code::not_found.
  Result<SkillDeleted> remove(std::string_view name);

  /// The files under scripts/, by path.
  Result<ScriptList> scripts() const;

 private:
  [[nodiscard]] std::optional<Skill> describe(std::string_view name) const;

  const WorkspaceFiles& files_;
  std::mutex installing_;  ///< one at a time: it takes memory
};

}  // namespace facio
