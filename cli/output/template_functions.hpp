// The functions of -o template=.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "cli/core/result.hpp"

namespace facio::output {

struct TemplateCall {
  std::span<const std::string_view> arguments;  ///< values of checked JSON
  std::int64_t now_ms;                          ///< what relative times count from

  [[nodiscard]] std::string_view first() const { return arguments.front(); }
  [[nodiscard]] std::string_view last() const { return arguments.back(); }
};

struct TemplateFunction {
  std::string_view name;
  std::size_t least_arguments;
  /// The result as JSON text; the message of a failure does not tell the position.
  Result<std::string> (*call)(const TemplateCall& call);
};

/// All functions, by name.
std::span<const TemplateFunction> template_functions();

}  // namespace facio::output
