// Ways for a handler to do its work: in a unit of work together with its audit event, or in the pool.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "cli/core/unique_function.hpp"
#include "commands/serve/http/call.hpp"
#include "commands/serve/outside_change.hpp"
#include "commands/serve/store/store.hpp"

namespace facio::serve {

/// Runs `work` in one unit of work with the api_request audit event of `call`, which records the status `success` unless the work sets
/// `call.replaced`: both are durable, or neither, before `done` is called. If `work` fails, the event still records the attempt.
void write_audited(Call& call, UniqueFunction<Status(store::Transaction&)> work, UniqueFunction<void(Status)> done, unsigned success);

/// For work whose result is for the client alone: becomes true when that has gone away, and the work need not begin. For handlers.
std::shared_ptr<const std::atomic<bool>> watch_client(Call& call);

/// For handlers that only read, but block: runs `work` in the pool and responds with its result. `gone`, if any, is called as soon as the
/// client has gone, to end work that waits; it may outlive the call.
void answer_from_pool(Call& call, Respond respond, UniqueFunction<Result<Reply>()> work, UniqueFunction<void()> gone = {});

/// The outcome of a change outside the store.
struct Changed {
  Reply reply;
  std::vector<AuditEvent> events = {};  ///< to be written with the api_request event
};
/// For changes of files or other systems: runs `work` in the pool, which begins the change before it does anything; then writes its events
/// and the api_request event of `call`, and responds when they are durable. When they cannot be written the answer says so, and they are
/// written later.
void change_from_pool(Call& call, Respond respond, UniqueFunction<Result<Changed>(OutsideChange&)> work);
/// The same for work in the pool that changes nothing outside of this process.
void record_from_pool(Call& call, Respond respond, UniqueFunction<Result<Changed>()> work);

/// The api_request event of a call that ended with this HTTP status.
AuditEvent api_request_event(const Call& call, unsigned status);

}  // namespace facio::serve
