// A condition on one event, as --filter and --exit-on take it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/core/expression.hpp"

namespace facio::audit {

/// An expression (cli/core/expression.hpp) over the members of an event, and over what lies in its details: details.code. `type` and `tool`
/// are short for event and tool_name.
class Condition {
 public:
  /// Code::usage tells where it cannot be read; `flag` is what it was given to.
  static Result<Condition> parse(std::string_view text, std::string_view flag);
  /// Whether it holds for this event.
  [[nodiscard]] bool holds(std::string_view json) const;

 private:
  Condition(std::vector<std::string> paths, Expression expression) : paths_(std::move(paths)), expression_(std::move(expression)) {}

  std::vector<std::string> paths_;
  Expression expression_;
};

}  // namespace facio::audit
