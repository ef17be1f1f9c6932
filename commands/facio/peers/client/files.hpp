// Files that another agent gave, on this machine's disk.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/core/result.hpp"
#include "commands/facio/peers/shapes.hpp"

namespace facio::peers {

/// A name for a file that a stranger calls `given`: one part of a path, of at most 100 bytes, visible, and neither hidden nor an option.
/// `number` names a file for which nothing of that is left.
std::string plain_file_name(std::string_view given, std::size_t number);

/// Writes the bytes of each file into a directory, which must exist, and sets its path in their place. What is there already stays: the
/// new file gets another name. Code::output; Code::server for what is no base64, and for more than 1000 files.
Status save_files(const std::string& directory, std::vector<PeerFile>& files);

}  // namespace facio::peers
