// Splits the arguments of one command into flags with their values and positionals. The only user of CLI11.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command_line/command_flags.hpp"
#include "cli/core/result.hpp"

namespace facio {

struct Tokens {
  std::map<std::string, std::vector<std::string>, std::less<>> flags;  ///< by name without dashes; booleans are "true" or "false"
  std::vector<std::string> positionals;

  [[nodiscard]] const std::vector<std::string>* find(std::string_view flag) const {
    const auto found = flags.find(flag);
    return found == flags.end() ? nullptr : &found->second;
  }
  [[nodiscard]] bool given(std::string_view flag) const { return find(flag) != nullptr; }
};

/// Knows only the command's flags and the global ones. Code::usage for an unknown flag (with the nearest one), a missing value, and a
/// secret given as an argument. Of a flag that does not repeat the last one counts.
Result<Tokens> split_arguments(const Endpoint& endpoint, const std::vector<CommandFlag>& flags,
                               std::span<const std::string_view> arguments);

/// Of CLI11: "2.1.2".
std::string_view parser_version();

}  // namespace facio
