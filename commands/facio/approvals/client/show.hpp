// A call that waits, for a person at a terminal.
#pragma once

#include <cstdint>
#include <string>

#include "cli/core/json.hpp"

namespace facio::approvals {

/// Tool, session, reason and arguments in lines of their own; nothing in it steers the terminal.
std::string question_text(JsonRef approval, std::int64_t now_ms);

}  // namespace facio::approvals
