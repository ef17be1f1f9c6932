// Files with one secret, whole or absent, and directories: private to this user.
#pragma once

#include <string>
#include <string_view>

#include "cli/core/result.hpp"
#include "cli/core/secret.hpp"

namespace facio::serve {

// Names of what create_private_file() and make_temporary_directory() are at work on; remove_leftovers() looks for them.
inline constexpr std::size_t kDraftCharacters = 12;  ///< after the name of a private file and a dot
inline constexpr std::string_view kTemporaryBelowRuntime = "serve-", kTemporaryBelowTmp = "facioctl-serve-";

/// Locks an open file or directory as one that is being worked on, until it is closed; false when another process has done so.
bool lock_file(int fd);

/// Who may own a file to be read.
enum class FileOwner : std::uint8_t {
  self,          ///< this user; nobody else may read it
  self_or_root,  ///< also root, and this user's group may read it: a file from a service manager
};

/// The one word in a private file, without trailing blanks and line break. The error does not name the file ("others may read or change
/// it") and has a hint: Code::not_found if it is missing, Code::unauthenticated otherwise.
Result<Secret> read_private_file(const std::string& path, FileOwner owner = FileOwner::self);

/// Makes a file (0600) with one line; file and name are durable when this returns. Code::conflict if it exists, Code::usage if it cannot be
/// made, Code::output if it cannot be written; the message does not name the file.
Status create_private_file(const std::string& path, const Secret& word);

/// Makes a directory (0700) with its parents, unless it exists.
Status make_private_directory(const std::string& path);
/// Makes a new private directory below `parent` (made if it is missing; empty or unusable: below /tmp). It is locked until the process
/// ends.
Result<std::string> make_temporary_directory(const std::string& parent);
/// Removes a directory with everything in it.
void remove_directory(const std::string& path);

}  // namespace facio::serve
