// Responses whose body is produced in parts by the work pool, as fast as the client reads it.
#pragma once

#include <string>

#include "cli/core/unique_function.hpp"
#include "commands/serve/http/call.hpp"

namespace facio::serve {

/// Appends the next part of a body, a few tens of KiB; false when that was the last one. May block.
using BodyMaker = UniqueFunction<bool(std::string& out)>;

/// Runs `begin` in the pool and responds with what the maker produces: a single part as it is, several as a stream. No thread waits for a
/// slow client, and only a few parts are buffered for it.
void answer_in_parts(Call& call, Respond respond, UniqueFunction<Result<BodyMaker>()> begin);

}  // namespace facio::serve
