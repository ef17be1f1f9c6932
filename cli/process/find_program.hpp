// Where programs are.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace facio {

/// The directories that a PATH names, each once. Relative ones are left out: what lies in the present directory is not a command because
/// somebody put it there.
std::vector<std::string> path_directories(std::string_view path);

/// This process's PATH; what is usual where it has none.
std::string_view own_path();

/// Whether it is a file that may be executed.
bool is_program(const std::string& path);

/// The absolute path of the first program of this name in `path`; empty when there is none.
std::string find_program(std::string_view name, std::string_view path = own_path());

}  // namespace facio
