// Patterns with stars.
#pragma once

#include <string_view>

namespace facio {

/// What has a meaning beside *, which is any run of bytes.
struct GlobSyntax {
  bool question = true;   ///< ? is one byte
  bool brackets = false;  ///< [a-z], [!a-z] and [[:digit:]] are one byte of those; \ takes the meaning from what follows
  bool any_case = false;  ///< ASCII letters fit in either case
};

/// Whether the whole text fits. Takes at most as many steps as text and pattern are long, multiplied: there is no going back behind a star
/// that fitted.
bool fits_glob(std::string_view text, std::string_view pattern, GlobSyntax syntax = {});

/// Whether a path fits a pattern of *, ?, [a-z] and **. A pattern without / is for the name alone ("*.md"); otherwise for the whole path,
/// where ** stands for any number of directories ("src/**/*.cpp").
bool path_fits_glob(std::string_view path, std::string_view pattern);

}  // namespace facio
