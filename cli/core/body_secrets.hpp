// The secrets in the body of a request, for whoever shows it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/core/json.hpp"
#include "cli/core/shape.hpp"

namespace facio {

/// The texts and numbers in `body` that no output may show: all below what `shape` declares as secret; below names that hold secrets (env,
/// headers, …); and what looks like a secret, by name where nothing is declared. Without a shape everything is undeclared.
std::vector<std::string> body_secrets(JsonRef body, const Shape* shape);
/// The same for the values of a query ("token=…&limit=5"), as they are written and decoded; `is_open` knows the parameters that are
/// declared and hold no secret, whatever their names look like.
std::vector<std::string> query_secrets(std::string_view query, const std::function<bool(std::string_view name)>& is_open);

}  // namespace facio
