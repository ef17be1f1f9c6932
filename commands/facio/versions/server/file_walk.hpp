// Every file below a directory.
#pragma once

#include <string>
#include <vector>

#include "cli/core/result.hpp"

namespace facio::serve {

/// Paths of all regular files and symbolic links below `root`, relative to it, in byte order. Links are not followed; what is called
/// ".git" (in any case) is left out with everything below it, as are sockets, pipes, devices, and files that are being written; so is the
/// directory `without`, wherever it lies. Code::output for what cannot be read.
Result<std::vector<std::string>> walk_files(const std::string& root, const std::string& without = {});

}  // namespace facio::serve
