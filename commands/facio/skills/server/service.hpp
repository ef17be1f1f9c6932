// Skills and scripts of the workspace.
#pragma once

#include <functional>
#include <mutex>
#include <string_view>

#include "cli/core/result.hpp"
#include "commands/facio/scripts/shapes.hpp"
#include "commands/facio/runtime/service_context.hpp"
#include "commands/facio/skills/shapes.hpp"
#include "commands/serve/outside_change.hpp"

namespace facio {

/// Safe from any thread. All calls block.
class SkillsService {
 public:
  explicit SkillsService(const serve::ServiceContext& context) : files_(context.files) {}

  /// The skills of the workspace by name: directories under skills/ with a SKILL.md. `all` adds the built-in ones that none of these
  /// replaces.
  Result<SkillList> list(bool all) const;
  /// Called right before a change, with what it will have made and how that is seen; where it fails, nothing is changed.
  template <class T>
  using Begin = std::function<Status(const T& will_be, serve::Trace trace)>;

  /// Installs a zip file (base64) atomically. Code::rejected, Code::conflict when the skill exists and `overwrite` is false,
  /// Code::too_large over 25 MiB.
  Result<Skill> install(std::string_view name, std::string_view zip, bool overwrite, const Begin<Skill>& begin);
  /// Removes a skill of the workspace, atomically. Code::rejected for a built-in one, Code::not_found.
  Result<SkillDeleted> remove(std::string_view name, const Begin<SkillDeleted>& begin);

  /// The files under scripts/, by path.
  Result<ScriptList> scripts() const;

 private:
  [[nodiscard]] std::optional<Skill> describe(std::string_view name) const;
  [[nodiscard]] std::optional<Skill> describe_at(std::string_view name, const std::string& path) const;

  const WorkspaceFiles& files_;
  std::mutex installing_;  ///< one installation at a time, to bound memory
};

}  // namespace facio
