// What the server gives up before it begins: privileges that neither it nor what it starts needs.
#pragma once

#include <string>
#include <vector>

namespace facio::serve {

/// For this process and everything that it starts: no more privileges by setuid programs, no core dumps, no look into its memory by others
/// of the same user, and none of the system calls of server_call_filter(). Before any other thread exists. Gives a sentence for each that
/// could not be given up. Not done under sanitizers, whose leak checker looks into the process.
///
/// What stays: capabilities and the file system. MCP programs and the sandbox are started from here, and need to see what they work on.
std::vector<std::string> give_up_privileges();

}  // namespace facio::serve
