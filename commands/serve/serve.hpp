// `facioctl serve`: runs the server from start to end.
#pragma once

#include <string>

#include "cli/core/result.hpp"
#include "cli/core/streams.hpp"
#include "cli/core/unique_function.hpp"
#include "commands/serve/options.hpp"

namespace facio::serve {

/// Writes this server's address to the client's configuration, and returns the name of the context. `token_file` is empty if the token came
/// from the environment, `ca_file` if clients need not trust an authority of the server's own. Code::conflict ends the server.
using Announce = UniqueFunction<Result<std::string>(std::string url, std::string token_file, std::string ca_file)>;

/// Runs the server until SIGTERM or SIGINT; a second signal ends it immediately. SIGHUP makes it read its certificates again. Returns the
/// exit code. Call it before any thread is started. Code::conflict: address or data are in use; Code::unauthenticated: a bad token file;
/// Code::usage for the rest.
Result<int> serve(ServeOptions options, Streams& streams, const Environment& environment, Announce announce);

}  // namespace facio::serve
