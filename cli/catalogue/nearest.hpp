// How far two words are apart.
#pragma once

#include <cstddef>
#include <string_view>

namespace facio {

/// Optimal string alignment: insertions, deletions, replacements and swaps of neighbours each cost one. Very large for long words.
std::size_t distance(std::string_view a, std::string_view b);
/// How far a misspelt word may be from the one that was meant.
std::size_t allowed_distance(std::string_view word);

}  // namespace facio
