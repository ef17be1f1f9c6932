// Routes of the approvals area.
#include "commands/facio/approvals/server/service.hpp"
#include "commands/serve/http/route.hpp"

namespace facio::approvals {
namespace {

using namespace serve;

/// There are few pending approvals, but maybe many decided ones.
void list(ApprovalsService& approvals, Call& call, Respond respond) {
  ApprovalQuery query{.status = std::string(call.arguments.text("status")), .session_key = std::string(call.arguments.text("sessionKey"))};
  query.limit = call.arguments.integer("limit", query.limit);
  query.offset = call.arguments.integer("offset", query.offset);
  if (query.status == "pending") return respond(reply_of(approvals.list(call.agent, query)));
  answer_from_pool(call, std::move(respond),
                   [&approvals, &call, query = std::move(query)] { return reply_of(approvals.list(call.agent, query)); });
}

template <bool kApprove>
Result<Approval> decide(ApprovalsService& approvals, store::Transaction& tx, const Call& call, const ApprovalDecision& decision) {
  return approvals.decide(tx, call.agent, call.arguments.text("id"), kApprove, decision);
}

}  // namespace

std::span<const RouteOf<ApprovalsService>> routes() {
  static constexpr RouteOf<ApprovalsService> kRoutes[] = {
      {"approvals.list", async_of<list>},
      {"approvals.get", read_of<&ApprovalsService::get, "id">},
      {"approvals.approve", write_of<decide<true>>.then<&ApprovalsService::decided>},
      {"approvals.reject", write_of<decide<false>>.then<&ApprovalsService::decided>},
  };
  return kRoutes;
}

}  // namespace facio::approvals
