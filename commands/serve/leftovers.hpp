// What killed servers leave behind, in one list.
#pragma once

#include <string>
#include <vector>

namespace facio {
class WorkspaceFiles;
}

namespace facio::serve {

struct LeftoverPlaces {
  std::string data;                        ///< the server's directory; empty: none
  std::string runtime;                     ///< the directory above temporary ones; empty: /tmp alone
  std::vector<std::string> private_files;  ///< files with a secret that the server may make, wherever they are
};

/// Removes it: what a living process is at work on is locked by it, and stays. Only names that nothing but this program gives are looked
/// at, and of directories that others can write only what belongs to this user. Blocks.
void remove_leftovers(const LeftoverPlaces& places);
/// The same in the whole workspace, which takes its time in a large one.
void remove_leftovers(const WorkspaceFiles& files);

}  // namespace facio::serve
