// Routes of the policy area. A change of rules is durable, then in force, then answered.
#include "commands/facio/policy/server/service.hpp"
#include "commands/serve/http/route.hpp"

namespace facio::policy {
namespace {

using namespace serve;

Result<PolicyRule> add(PolicyService& policy, store::Transaction& tx, Call& call, const PolicyAdd& rule) {
  auto added = policy.add(tx, call.agent, rule);
  if (!added) return fail(std::move(added.error()));
  if (!added->created) call.replaced = call.endpoint->success_replaced;
  return std::move(added->rule);
}

/// The rule that the body names, or the query in case the body got lost on the way.
Result<PolicyRule> named_rule(const Call& call) {
  PolicyRule rule;
  if (call.body.size() != 0) {
    auto body = from_json<PolicyRemove>(call.body);
    if (!body) return fail(std::move(body.error()));
    rule.action = body->action.value_or("");
    rule.tool = body->tool.value_or("");
    if (body->params) rule.params = std::move(*body->params);
  } else {
    rule.action = call.arguments.text("action");
    rule.tool = call.arguments.text("tool");
    if (const auto text = call.arguments.find("params"); text && !text->empty()) {
      auto document = JsonDocument::parse(*text);
      if (!document) return reject_field("params", "must be a JSON object: " + document.error().message());
      if (auto status = read_json(document->root(), rule.params, "params"); !status) return fail(std::move(status.error()));
    }
  }
  if (rule.action.empty()) return reject_field("action", "is required: allow or deny");
  if (rule.tool.empty()) return reject_field("tool", "is required");
  return rule;
}

Result<PolicyRemoved> remove(PolicyService& policy, store::Transaction& tx, const Call& call) {
  auto rule = named_rule(call);
  if (!rule) return fail(std::move(rule.error()));
  return policy.remove(tx, call.agent, *rule);
}

}  // namespace

std::span<const RouteOf<PolicyService>> routes() {
  static constexpr RouteOf<PolicyService> kRoutes[] = {
      {"policy.list", read_of<&PolicyService::state>},
      {"policy.add", write_of<add>.then<&PolicyService::changed>},
      {"policy.remove", write_of<remove>.then<&PolicyService::changed>},
      {"policy.clear", write_of<&PolicyService::clear>.then<&PolicyService::changed>},
      {"policy.set", write_of<&PolicyService::set>.then<&PolicyService::publish>},
  };
  return kRoutes;
}

}  // namespace facio::policy
