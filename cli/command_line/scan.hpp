// The first look at the command line: which words name the command, and is help or the version asked for? No parser yet.
#pragma once

#include <span>

#include "cli/catalogue/words.hpp"
#include "cli/contexts/contexts.hpp"

namespace facio {

enum class Question : std::uint8_t { none, short_help, full_help, version };

/// The command line as far as it can be understood before the command is known.
struct Scan {
  Words words;
  std::string_view first, second, third;  ///< the words as typed; empty when there are none
  const System* here = nullptr;           ///< whose words need no prefix; nullptr: the default system's alone
  TargetChoice target;                    ///< as far as it chooses the context
  std::string_view config;                ///< value of --config
  Question question = Question::none;
  std::string_view output;             ///< value of -o, "" when absent: errors before parsing follow it
  std::vector<std::string_view> rest;  ///< all arguments without the command's words

  /// The word after the area.
  [[nodiscard]] std::string_view verb() const { return words.prefixed ? third : second; }
};

/// Finds the command among flags that may stand anywhere; `--` ends flags. A flag between its words has a value if it has one in the
/// command that the words before it are, or in any of their area. When the first words name nothing, an unknown flag before them is taken
/// to have a value. What the words mean depends on the context.
Scan scan(std::span<const std::string_view> arguments, const Environment& environment);

/// The system of the context that a command line means, whose words need no prefix; nullptr for the default one, and when that cannot be
/// found out. The configuration is read only when a word in it says that there are contexts of another kind. `config` is the value of
/// --config.
const System* system_in_use(const TargetChoice& choice, std::string_view config, const Environment& environment);

}  // namespace facio
