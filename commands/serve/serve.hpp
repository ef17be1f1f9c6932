// `facioctl serve`: from options to a running server and to its end.
#pragma once

#include <string>

#include "cli/core/result.hpp"
#include "cli/core/streams.hpp"
#include "cli/core/unique_function.hpp"
#include "commands/serve/options.hpp"

namespace facio::serve {

/// Tells the client's configuration where this server is; `token_file` is empty when the token came from the environment.
using Announce = UniqueFunction<Status(std::string url, std::string token_file)>;

/// Runs the server until SIGTERM or SIGINT; a second signal ends it at once. Returns the exit code. Must be called before any thread
/// was started. Code::conflict when address or data are in use, Code::unauthenticated for a bad token file, Code::usage for the rest.
Result<int> serve(const ServeOptions& options, Streams& streams, const Environment& environment, Announce announce);

}  // namespace facio::serve
