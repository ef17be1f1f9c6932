// What a turn leaves behind besides its audit events: the conversation in its session, and what it used.
#pragma once

#include <cstdint>

#include "commands/serve/runtime/turn.hpp"
#include "commands/serve/store/store.hpp"

namespace facio::serve {

/// Appends the message, the steps and the answer to the turn's session, and one usage row, as part of a unit of work. A turn that failed
/// has no answer, but what it used counts. `started_ms` is epoch milliseconds.
Status record_turn(store::Transaction& tx, const TurnRequest& request, const TurnResult& result, std::int64_t started_ms);

}  // namespace facio::serve
