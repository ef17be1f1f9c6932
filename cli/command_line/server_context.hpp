// The context that leads to a server which has just started on this machine.
#pragma once

#include <string>
#include <string_view>

#include "cli/contexts/contexts.hpp"

namespace facio {

struct StartedServer {
  std::string url;
  std::string token_file;  ///< empty: the token came from the environment
  std::string ca_file;     ///< empty: clients need not trust an authority of its own
};

struct ServerContext {
  std::string name;
  std::string note;  ///< what somebody may not expect of it; empty: nothing
};

/// Writes the context into the configuration file at `path`, and makes it the current one if there is none. Its name is `wanted`, or else
/// `local`; where that leads to another server that runs, `local-2` and so on. A context whose server is gone is replaced, and the note
/// says so. Waits for a third of a second at most for each server that may be gone. Code::conflict: `wanted` leads to another server that
/// runs, or to another machine.
Result<ServerContext> keep_server_context(const std::string& path, const Environment& environment, const StartedServer& server,
                                          std::string_view wanted);

}  // namespace facio
