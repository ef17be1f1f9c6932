// What another agent answers, in every form in which agents write it.
#pragma once

#include <string>
#include <string_view>

#include "cli/core/json.hpp"
#include "cli/core/result.hpp"
#include "commands/facio/peers/shapes.hpp"

namespace facio::serve {

/// The result of a request: a message or a task. `wrapped_data`: data is an object with the member data, as over HTTP+JSON in version 0.3.
/// What it holds is bounded by what was read of it. Leaves the alias empty. Code::upstream_failed.
Result<PeerReply> peer_reply(JsonRef result, bool wrapped_data = false);

/// What a failure says in one line of at most some 600 bytes: its message, and its data or details.
std::string peer_failure(JsonRef error);

}  // namespace facio::serve
