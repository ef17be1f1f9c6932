// The file in which a session's token is kept.
#pragma once

#include <string>

#include "cli/core/result.hpp"
#include "cli/core/secret.hpp"

namespace facio::placet {

/// Writes the token alone into the file, whole or not at all, readable and writable for its owner only; a file that is there is replaced, a
/// link is not followed. Code::output when it cannot be written.
Status write_token_file(const std::string& path, const Secret& token);
/// Removes it; one that is not there is no failure.
Status remove_token_file(const std::string& path);

}  // namespace facio::placet
