// What a model gets to read: the instructions and the conversation so far.
#pragma once

#include <string>
#include <vector>

#include "cli/core/json.hpp"
#include "commands/facio/runtime/models/model.hpp"
#include "commands/facio/runtime/service_context.hpp"
#include "commands/facio/runtime/turn.hpp"

namespace facio {
class SkillsService;
}

namespace facio::serve {

/// The messages of a session's JSON (contract section 9) as a model reads them. Calls without an outcome are left out.
std::vector<ModelMessage> messages_of(JsonRef session);

/// Drops the oldest messages until the rest is about `tokens` long and begins with a user's message. The last user message always stays.
void fit(std::vector<ModelMessage>& messages, std::int64_t tokens);

/// What the agent is told before anything else: the time, the files of its memory, its skills.
std::string instructions(const ServiceContext& base, const SkillsService& skills, const TurnRequest& request);

}  // namespace facio::serve
