// The agent's memory file, and what users ask to have remembered, found without a model.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/core/json.hpp"

namespace facio::serve {

inline constexpr std::string_view kMemoryFile = "memory/MEMORY.md";
inline constexpr std::size_t kMostMemory = 1U << 20U;

/// The rest of each line of a message that begins with "remember:" or "remember that" (in any case): one line each, safe as Markdown text.
std::vector<std::string> remember_requests(std::string_view message);
/// The text of a message's content: a string, or the text parts of an array.
std::string content_text(JsonRef content);
/// The memory with a bullet for each thing that it lacks; those things go to `added`.
std::string with_bullets(std::string_view memory, const std::vector<std::string>& things, std::vector<std::string>& added);

}  // namespace facio::serve
