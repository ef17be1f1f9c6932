// What the functions of a template do.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "cli/core/result.hpp"

namespace facio::output {

/// The result of a function as JSON text; arguments are values of checked JSON. The message of a failure is without its position.
Result<std::string> call_template_function(std::string_view name, std::span<const std::string_view> arguments, std::int64_t now_ms);

/// A value as a template prints it: texts as they are, nothing for null, objects and arrays as JSON.
void append_template_value(std::string& out, std::string_view value);

}  // namespace facio::output
