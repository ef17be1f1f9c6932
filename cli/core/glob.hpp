// Wildcard patterns.
#pragma once

#include <string_view>

namespace facio {

/// What is special besides *, which stands for any run of bytes.
struct GlobSyntax {
  bool question = true;   ///< ? is one byte
  bool brackets = false;  ///< [a-z], [!a-z] and [[:digit:]] are one of those bytes; \ escapes the next one
  bool any_case = false;  ///< ASCII letters match in either case
};

/// Whether the whole text matches, in at most text length times pattern length steps.
bool fits_glob(std::string_view text, std::string_view pattern, GlobSyntax syntax = {});

/// Whether a path matches a pattern of *, ?, [a-z] and **. A pattern without / is matched against the name alone ("*.md"), any other
/// against the whole path, where ** stands for any number of directories ("src/**/*.cpp").
bool path_fits_glob(std::string_view path, std::string_view pattern);

}  // namespace facio
