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

/// Keeps the last `most` exchanges before the last message of the user, which stays with all that follows it. An exchange is a message of
/// the user with what follows it.
void keep_exchanges(std::vector<ModelMessage>& messages, std::size_t most);

/// Drops the oldest whole exchanges behind the instructions until about half of the conversation is left; where only the last exchange is
/// left, its oldest rounds of tool calls, but not the last one. The number of messages that were dropped; 0 when nothing can be.
std::size_t shorten(std::vector<ModelMessage>& messages);

/// What the agent is told before anything else: the time, the files of its memory, its skills.
std::string instructions(const ServiceContext& base, const SkillsService& skills, const TurnRequest& request);

}  // namespace facio::serve
