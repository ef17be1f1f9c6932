#include "cli/core/truth.hpp"

#include <algorithm>

#include "cli/core/text.hpp"

namespace facio {

std::optional<bool> truth_of(std::string_view word) {
  constexpr std::string_view yes[] = {"true", "yes", "on", "y", "t", "1"};
  constexpr std::string_view no[] = {"false", "no", "off", "n", "f", "0"};
  const std::string plain = lower(trimmed(word));
  if (std::ranges::find(yes, plain) != std::end(yes)) return true;
  if (std::ranges::find(no, plain) != std::end(no)) return false;
  return std::nullopt;
}

Result<bool> truth_in(const Environment& environment, Variable variable, bool otherwise) {
  const std::string_view value = environment.get(variable);
  if (value.empty()) return otherwise;
  if (const auto said = truth_of(value)) return *said;
  const std::string name(info(variable).name);
  return fail_field(Code::usage, name, name + ": must be true or false (or yes, no, on, off, 1, 0)");
}

}  // namespace facio
