// Which parts of a request an agent refuses, in the forms of validation errors that web frameworks have.
#pragma once

#include <string>

#include "cli/core/json.hpp"

namespace facio {

struct RejectedParts {
  std::string words;  ///< "body.name: field required; body.items[0]: too long"; empty when the body lists none
  std::string first;  ///< "body.name"
};

/// Reads `detail`, `errors`, `error.details` and `error.errors`: lists of objects with a place (`loc`, `path`, `field`, …) and words
/// (`msg`, `message`, …), or an object from names to words.
RejectedParts rejected_parts(JsonRef root);

}  // namespace facio
