// Answers whose body is made piece by piece in the pool, as fast as the client takes it.
#pragma once

#include <string>

#include "cli/core/unique_function.hpp"
#include "commands/serve/http/call.hpp"

namespace facio::serve {

/// Appends the next part of a body, some tens of KiB; false when that was the last. It may block.
using BodyMaker = UniqueFunction<bool(std::string& out)>;

/// Runs `begin` in the pool and answers with what the maker makes: one part as it is, several as they come. No thread waits for a slow
/// client, and no more than a few parts wait for it.
void answer_in_parts(Call& call, Respond respond, UniqueFunction<Result<BodyMaker>()> begin);

}  // namespace facio::serve
