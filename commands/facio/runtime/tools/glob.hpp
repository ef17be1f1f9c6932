// File name patterns.
#pragma once

#include <string>
#include <string_view>

namespace facio::serve {

/// Whether a path fits a pattern of *, ?, [a-z] and **. A pattern without / is for the name alone ("*.md"); otherwise for the whole path,
/// where ** stands for any number of directories ("src/**/*.cpp"). Takes time in proportion to both lengths.
bool glob_matches(const std::string& pattern, std::string_view path);

}  // namespace facio::serve
