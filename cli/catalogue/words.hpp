// What the first words of a command line mean.
#pragma once

#include "cli/catalogue/system.hpp"

namespace facio {

struct Words {
  const Endpoint* endpoint = nullptr;  ///< null when no command was found
  int used = 0;                        ///< how many words it took (0 to 3)
  std::string_view area = {};          ///< set when there is a word for an area, even without a known verb
  const System* system = nullptr;      ///< the system of the words; null: this program's, or unknown
  bool prefixed = false;               ///< the first word is the system's name
  bool verb_first = false;             ///< as "get cron NAME" or "get cron/NAME", where `used` is 1
};
/// Looks up one to three words: optionally a system's name, then an id, a declared synonym, or a general one (ls = list, describe = get,
/// rm = delete or remove, edit = update, new = create or add and so on). An area is also found without or with a final s, and alone if it
/// is declared as a synonym ("health"). In a context of the system `here` its own words come first, unless it forwards those of the
/// default system. What is no command may have the verb first, as in kubectl; "get cron" without a name is the list.
Words find_command(std::string_view first, std::string_view second, std::string_view third = {}, const System* here = nullptr) noexcept;

/// The nearest commands to misspelt words, best first, at most three.
std::vector<std::string> suggest_command(std::string_view first, std::string_view second, std::string_view third = {},
                                         const System* here = nullptr);

/// The catalogues whose words need no system's name, in the order of look-up.
std::vector<const Catalogue*> unprefixed_catalogues(const System* here);

}  // namespace facio
