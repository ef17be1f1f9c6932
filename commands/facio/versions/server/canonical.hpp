// JSON laid out for comparing: names in order, one item a line.
#pragma once

#include <string>
#include <string_view>

#include "cli/core/json.hpp"

namespace facio::serve {

/// The value as text that depends on its content only, ending in a line feed.
std::string canonical_json(JsonRef value);

}  // namespace facio::serve
