// Text to a tree of the JSON library, for the few who change such a tree by themselves.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "cli/core/result.hpp"

namespace facio {

/// Fills `tree` from UTF-8 text, in time that is proportional to its length (the library's own parser compares every member of an object
/// with all before it). Of members with one name the last value counts, in the first one's place. Code::rejected names line and column;
/// deeper than 64 levels is refused.
Status parse_json_tree(std::string_view text, nlohmann::ordered_json& tree);

}  // namespace facio
