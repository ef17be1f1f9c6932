// The first look at the command line: which words name the command, is it a question for help or the version. No parser yet.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/catalogue/words.hpp"
#include "cli/contexts/contexts.hpp"

namespace facio {

enum class Question : std::uint8_t { none, short_help, full_help, version };

struct Scan {
  Words words;
  std::string_view first, second, third;  ///< the words as typed; empty when there were none
  const System* here = nullptr;           ///< whose words need no prefix; nullptr: the default system's alone
  TargetChoice target;                    ///< as far as it says which context is meant
  std::string_view config;                ///< value of --config
  Question question = Question::none;
  std::string_view output;             ///< value of -o, "" when absent: errors before parsing follow it
  std::vector<std::string_view> rest;  ///< all arguments without the command's words
};

/// Finds the command among flags that may stand anywhere; `--` ends flags. Only the table of global flags is known here, so when
/// the first words name nothing, an unknown flag before them is taken to have a value. What the words mean depends on the context.
Scan scan(std::span<const std::string_view> arguments, const Environment& environment);

}  // namespace facio
