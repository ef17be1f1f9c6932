// Routes of the approvals area.
#include <span>

#include "commands/facio/approvals/server/service.hpp"
#include "commands/facio/runtime/runtime.hpp"

namespace facio::approvals {
namespace {

using serve::Call;
using serve::Reply;
using serve::Respond;
using serve::Runtime;

/// What waits is little; what was decided may be much.
void list(Runtime& runtime, Call& call, Respond respond) {
  ApprovalQuery query{.status = std::string(call.arguments.text("status")), .session_key = std::string(call.arguments.text("sessionKey"))};
  query.limit = call.arguments.integer("limit", query.limit);
  query.offset = call.arguments.integer("offset", query.offset);
  if (query.status == "pending") return respond(serve::reply_of(runtime.approvals.list(call.agent, query)));
  serve::answer_from_pool(runtime, std::move(respond), [&runtime, &call, query = std::move(query)]() -> Result<Reply> {
    return serve::reply_of(runtime.approvals.list(call.agent, query));
  });
}

Result<Reply> get(Runtime& runtime, Call& call) { return serve::reply_of(runtime.approvals.get(call.agent, call.arguments.text("id"))); }

/// A decision: durable, then in force, then answered.
void decide(Runtime& runtime, Call& call, bool approve, Respond respond) {
  auto decision = from_json<ApprovalDecision>(call.body);
  if (!decision) return respond(fail(std::move(decision.error())));
  serve::write<Approval>(
      runtime, call,
      [&runtime, &call, approve, decision = std::move(*decision)](store::Transaction& tx) {
        return runtime.approvals.decide(tx, call.agent, call.arguments.text("id"), approve, decision);
      },
      [&runtime, &call, respond = std::move(respond)](Result<Approval> approval) mutable {
        if (!approval) return respond(fail(std::move(approval.error())));
        runtime.approvals.decided(call.agent, *approval);
        respond(serve::reply_with(*approval));
      });
}

void approve(Runtime& runtime, Call& call, Respond respond) { decide(runtime, call, true, std::move(respond)); }
void reject(Runtime& runtime, Call& call, Respond respond) { decide(runtime, call, false, std::move(respond)); }

constexpr serve::Route kRoutes[] = {
    {.id = "approvals.list", .async = list},
    {.id = "approvals.get", .read = get},
    {.id = "approvals.approve", .async = approve},
    {.id = "approvals.reject", .async = reject},
};

}  // namespace

std::span<const serve::Route> routes() { return kRoutes; }

}  // namespace facio::approvals
