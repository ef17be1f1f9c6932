// The management token of the embedded server on disk.
#pragma once

#include <string>

#include "cli/core/result.hpp"
#include "cli/core/secret.hpp"

namespace facio::serve {

/// Reads a token: a regular file of ours that nobody else may touch, with one word in it. Code::unauthenticated says what to do about it.
Result<Secret> read_token(const std::string& path);

/// Writes a new random 256-bit token to a new file (0600) that is durable when this returns. Code::usage when it cannot be made.
Status create_token(const std::string& path);

/// Makes a directory (0700) with its parents, unless it is there.
Status make_private_directory(const std::string& path);

/// Makes a new private directory below `parent` (made when it is missing; empty or of no use: below /tmp).
Result<std::string> make_temporary_directory(const std::string& parent);
/// Removes a directory with everything in it.
void remove_directory(const std::string& path);

}  // namespace facio::serve
