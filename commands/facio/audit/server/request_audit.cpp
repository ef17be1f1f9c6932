#include "commands/facio/audit/server/request_audit.hpp"

#include "commands/serve/http/ticks.hpp"
#include "commands/facio/runtime/runtime.hpp"

namespace facio::serve {

void RequestAudit::note(const Call& call, unsigned status, UniqueFunction<void()> then) {
  store_.note(call.agent, api_request_event(call, status, (ticks_us() - call.received_ticks_us) / 1000), std::move(then));
}

}  // namespace facio::serve
