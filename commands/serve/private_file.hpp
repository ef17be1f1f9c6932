// Files that hold one secret: of this user alone, whole or absent.
#pragma once

#include <string>

#include "cli/core/result.hpp"
#include "cli/core/secret.hpp"

namespace facio::serve {

/// Who may own a file that is read.
enum class FileOwner : std::uint8_t {
  self,          ///< this user alone, and nobody else may even read it
  self_or_root,  ///< also root, whose file this user's group may read: what a service manager hands over
};

/// The one word that a private file holds, without blanks and line break at its end. Fails with a sentence that does not name the file
/// ("others may read or change it") and a hint: Code::not_found when it is absent, Code::unauthenticated otherwise.
Result<Secret> read_private_file(const std::string& path, FileOwner owner = FileOwner::self);

/// Makes a file (0600) with one line that is whole and durable, with its name, when this returns. Code::conflict when it is there
/// already, Code::usage when it cannot be made, Code::output when it cannot be written; the message does not name the file.
Status create_private_file(const std::string& path, const Secret& word);

}  // namespace facio::serve
