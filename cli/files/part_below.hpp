// Whether a path of the machine lies in a directory, wherever links lead.
#pragma once

#include <string>

namespace facio {

/// The part of a path below a directory, both with their links resolved as far as they exist; "." for the directory itself, empty for what
/// is elsewhere.
std::string part_below(const std::string& path, const std::string& directory);

/// A PATH without what lies in a directory: there is no program to be found where others write.
std::string path_outside(const std::string& path, const std::string& directory);

}  // namespace facio
