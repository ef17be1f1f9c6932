// The arguments of a call as a person may see them.
#pragma once

#include <string>
#include <string_view>

#include "cli/core/json.hpp"
#include "cli/core/unique_function.hpp"

namespace facio::approvals {

struct ShownArguments {
  std::string json;     ///< an object
  bool hidden = false;  ///< something was masked or cut
};

/// The object `arguments` with `masked` of every text in it, and with long texts cut.
ShownArguments shown_arguments(JsonRef arguments, UniqueFunction<std::string(std::string_view)> masked);

}  // namespace facio::approvals
