// Several agents at once: --context A,B and --group G.
#pragma once

#include <string>
#include <vector>

#include "commands/facio/audit/client/follow.hpp"
#include "commands/facio/audit/client/log.hpp"

namespace facio::audit {

/// The contexts that the command line names, by --context or --group; one empty name when it names none.
Result<std::vector<std::string>> agents_of(Client& client);

/// Shows the logs as one, in the order of time. An agent that cannot be reached is a line on standard error, and exit code 9.
Result<int> show_many(Client& client, const Filter& filter, const LogRange& range, CursorFile file, const std::vector<std::string>& agents);
/// The same, followed.
Result<int> follow_many(Client& client, const Filter& filter, const LogRange& range, CursorFile file,
                        const std::vector<std::string>& agents);

}  // namespace facio::audit
