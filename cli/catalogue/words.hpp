// What the first words of a command line mean.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/catalogue/system.hpp"

namespace facio {

/// What the first words of a command line mean.
struct Words {
  const Endpoint* endpoint = nullptr;  ///< set when a command was found
  int used = 0;                        ///< how many words it took (0 to 3)
  std::string_view area = {};          ///< set when the word for it is an area, also without a (known) verb
  const System* system = nullptr;      ///< whose words they are; null: of this program, or nobody's
  bool prefixed = false;               ///< the first word is the system's name
};
/// Looks up one, two or three words: a system's name, where it is typed; ids, declared synonyms, and the general ones (ls = list, show =
/// get, rm = delete or remove, edit = update, new = create or add); an area is also found without its final s. An area whose only sensible
/// default was declared as a synonym ("health") is found by its one word. In a context of the system `here` its own words come first; where
/// it passes on those of the default system, these do.
Words find_command(std::string_view first, std::string_view second, std::string_view third = {}, const System* here = nullptr) noexcept;

/// The nearest known commands for misspelt words, best first, at most three.
std::vector<std::string> suggest_command(std::string_view first, std::string_view second, std::string_view third = {},
                                         const System* here = nullptr);

/// The catalogues whose words may come without a system's name, in the order in which they are looked through.
std::vector<const Catalogue*> unprefixed_catalogues(const System* here);

}  // namespace facio
