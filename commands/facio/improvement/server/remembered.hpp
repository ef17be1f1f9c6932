// What users ask to be remembered, found without a model.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/core/json.hpp"

namespace facio::serve {

/// Where remembered things are kept.
inline constexpr std::string_view kMemoryFile = "memory/MEMORY.md";
inline constexpr std::size_t kMostMemory = 1U << 20U;

/// The things of a message's lines that begin with "remember:" or "remember that" (in any case), one line each, safe as Markdown text.
std::vector<std::string> remembered(std::string_view message);
/// The text of a message's content: a string, or the text parts of an array.
std::string content_lines(JsonRef content);
/// The memory with a bullet for each thing that it does not have yet; the same text when there is none. `added`: those that were new.
std::string with_bullets(std::string_view memory, const std::vector<std::string>& things, std::vector<std::string>& added);

}  // namespace facio::serve
