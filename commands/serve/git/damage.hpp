// Whether a repository is whole, as after a loss of power.
#pragma once

#include <string>

#include "commands/serve/git/repository.hpp"

namespace facio::serve {

/// What is wrong with a repository that exists, one sentence; empty when it is whole. Every ref must lead to a commit all of whose objects
/// are there, and every object must begin as one; contents are not hashed, which would take too long for each start. Nothing wrong is
/// known of one that takes longer than git may. Broken objects that nothing leads to are removed. Damage is what is found twice, while
/// every file can be read. Code::unavailable as of git, and for troubles of the moment, such as no descriptor left.
Result<std::string> damage_of(const GitRepository& repository);

}  // namespace facio::serve
