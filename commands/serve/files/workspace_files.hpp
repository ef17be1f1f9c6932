// The agent's workspace, by the names that the server uses.
#pragma once

#include "cli/files/workspace_files.hpp"

namespace facio::serve {

using facio::Lookup;
using facio::WorkspaceFiles;

}  // namespace facio::serve
