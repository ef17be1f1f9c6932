#include "commands/facio/runtime/loop/approver.hpp"

#include <chrono>
#include <memory>

#include "cli/http/connection.hpp"

namespace facio::serve {

Result<ApprovalAnswer> ask_and_wait(Approver& approver, const ApprovalRequest& request, const Cancel& cancel,
                                    UniqueFunction<void(const std::string& id)> asked) {
  const auto woken = std::make_shared<Cancel>();
  if (woken->fd() < 0) return fail(Code::unavailable, "the system has no file descriptor left for the server");
  const auto id = approver.ask(request, [woken] { woken->cancel({}); });
  if (!id) return fail(Error(id.error()));
  if (asked) asked(*id);
  while (!woken->cancelled() && !cancel.cancelled())
    (void)http::wait_for(woken->fd(), false, std::chrono::steady_clock::now() + std::chrono::hours(1), cancel.fd());
  return approver.outcome(request.agent, *id, cancel.why());
}

}  // namespace facio::serve
