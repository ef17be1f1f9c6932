// A conversation as every provider takes it: chat templates of many models refuse two messages of one role in a row, or an empty one.
#pragma once

#include <vector>

#include "commands/facio/runtime/models/model.hpp"

namespace facio::serve {

/// The conversation with neighbouring messages of one role merged into the later one (results of tools stay apart), and "(empty)" for
/// results and messages of the user that say nothing. It begins, behind the instructions, with the user.
std::vector<ModelMessage> outgoing_messages(std::vector<ModelMessage> messages);

}  // namespace facio::serve
