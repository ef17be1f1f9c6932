// The arguments of a call as a person may see them.
#pragma once

#include <span>
#include <string>

#include "cli/core/json.hpp"
#include "cli/core/secret.hpp"

namespace facio::approvals {

struct ShownArguments {
  std::string json;     ///< an object
  bool hidden = false;  ///< something was masked or cut
};

/// The object `arguments` with every stored secret in it as ***, and with long texts cut. A secret of less than 4 bytes, which stands in
/// every text by chance, is hidden where it is a whole text.
ShownArguments shown_arguments(JsonRef arguments, std::span<const Secret> secrets);

}  // namespace facio::approvals
