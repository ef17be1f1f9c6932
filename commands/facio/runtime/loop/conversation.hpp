// What a model gets to read: who it is, and what was said before.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/core/json.hpp"
#include "cli/core/result.hpp"
#include "commands/facio/runtime/models/model.hpp"
#include "commands/facio/runtime/turn.hpp"

namespace facio {
class SkillsService;
class SettingsService;
class WorkspaceFiles;
namespace store {
class Store;
}
}  // namespace facio

namespace facio::serve {

class Clock;

/// The messages of a session's JSON (contract section 9) as a model reads them. A call without an outcome is left out with its message.
std::vector<ModelMessage> messages_of(JsonRef session);

/// Leaves out the oldest messages until what is left is about `tokens` long; the first one left is a user's. The last user message always
/// stays.
void fit(std::vector<ModelMessage>& messages, std::int64_t tokens);

/// What the agent is told before anything else: the time, the files of its memory, its skills.
std::string instructions(const WorkspaceFiles& files, const SkillsService& skills, SettingsService& settings, const Clock& clock,
                         const TurnRequest& request);

}  // namespace facio::serve
