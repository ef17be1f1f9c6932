// A session as people read it.
#pragma once

#include <string>

#include "cli/core/json.hpp"

namespace facio::sessions {

/// A session's messages for a terminal: who, when, and the text wrapped to `width` cells; calls of tools in one line each. Nothing in it
/// can steer a terminal.
std::string transcript(JsonRef session, int width, std::int64_t now_ms);

/// The same as a Markdown document, text as it is.
std::string markdown(JsonRef session);

}  // namespace facio::sessions
