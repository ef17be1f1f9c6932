// How a handler gets its work done: in a unit of work together with its audit event, or in the pool.
#pragma once

#include <vector>

#include "cli/core/unique_function.hpp"
#include "commands/serve/http/call.hpp"
#include "commands/serve/store/store.hpp"

namespace facio::serve {

/// Runs `work` as one unit of work together with the api_request audit event of `call`, which tells of the status `success` unless the work
/// sets `call.replaced`: both are durable, or neither, before `done` is called. When `work` fails, the event still tells of the attempt.
void write_audited(Call& call, UniqueFunction<Status(store::Transaction&)> work, UniqueFunction<void(Status)> done, unsigned success);

/// For handlers that only read, but block: runs `work` in the pool and answers with what it gives.
void answer_from_pool(Call& call, Respond respond, UniqueFunction<Result<Reply>()> work);

/// What a change outside the store came to.
struct Changed {
  Reply reply;
  std::vector<AuditEvent> events = {};  ///< of the area, to be written with the api_request event
};
/// For handlers that change files or ask others to change something: runs `work` in the pool, then writes its events together with the
/// api_request event of `call`, and answers when they are durable.
void change_from_pool(Call& call, Respond respond, UniqueFunction<Result<Changed>()> work);

/// The api_request event of a call that ended with this HTTP status.
AuditEvent api_request_event(const Call& call, unsigned status);

}  // namespace facio::serve
