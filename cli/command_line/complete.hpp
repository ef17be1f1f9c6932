// What a shell may put at the cursor, as far as the catalogue tells: words, flags and their allowed values. Names that an agent knows are
// asked for elsewhere (live_names.hpp).
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/catalogue/name_source.hpp"
#include "cli/core/streams.hpp"

namespace facio {

struct Candidate {
  std::string word;
  std::string meaning;
};

struct Completion {
  std::vector<Candidate> found;
  bool files = false;       ///< file names of this machine are meant
  bool commands = false;    ///< the first word is meant: programs named facioctl-NAME are commands, too
  NameSource source;        ///< whose names are meant, besides those found
  std::string name_prefix;  ///< stands before each of these names in the word, as "--session="
  std::string name_suffix;  ///< stands behind each of them
  std::string begun;        ///< what the names have to begin with
};

/// `words`: the arguments typed so far; the last one is being completed and may be empty.
Completion complete(std::span<const std::string_view> words, const Environment& environment);

}  // namespace facio
