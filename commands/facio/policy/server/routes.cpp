// Routes of the policy area.
#include <span>

#include "commands/facio/policy/server/service.hpp"
#include "commands/facio/runtime/runtime.hpp"

namespace facio::policy {
namespace {

using serve::Call;
using serve::Reply;
using serve::Respond;
using serve::Runtime;

Result<Reply> list(Runtime& runtime, Call& call) { return serve::reply_of(runtime.policy.state(call.agent)); }

/// A change of rules: durable, then in force, then answered.
template <class T, class Work>
void change(Runtime& runtime, Call& call, Respond respond, Work work) {
  serve::write_and_reply<T>(runtime, call, std::move(work), [&runtime, &call, respond = std::move(respond)](Result<Reply> reply) mutable {
    if (reply) runtime.policy.changed(call.agent);
    respond(std::move(reply));
  });
}

void add(Runtime& runtime, Call& call, Respond respond) {
  change<PolicyRule>(runtime, call, std::move(respond), [&runtime, &call](store::Transaction& tx) -> Result<PolicyRule> {
    auto rule = from_json<PolicyAdd>(call.body);
    if (!rule) return fail(std::move(rule.error()));
    auto added = runtime.policy.add(tx, call.agent, *rule);
    if (!added) return fail(std::move(added.error()));
    if (!added->created) call.replaced = call.endpoint->success_replaced;
    return std::move(added->rule);
  });
}

/// The rule that a body names, or the query where a body got lost on the way.
Result<PolicyRule> named_rule(const Call& call) {
  if (call.body.size() != 0) {
    auto body = from_json<PolicyRemove>(call.body);
    if (!body) return fail(std::move(body.error()));
    return rule_to_remove(body->action.value_or(""), body->tool.value_or(""),
                          std::move(body->params).value_or(std::map<std::string, std::string>{}));
  }
  std::map<std::string, std::string> params;
  if (const auto text = call.arguments.find("params"); text && !text->empty()) {
    auto document = JsonDocument::parse(*text);
    if (!document) return fail_field(Code::rejected, "params", "params: must be a JSON object: " + document.error().message());
    if (auto status = read_json(document->root(), params, "params"); !status) return fail(std::move(status.error()));
  }
  return rule_to_remove(call.arguments.text("action"), call.arguments.text("tool"), std::move(params));
}

void remove(Runtime& runtime, Call& call, Respond respond) {
  auto rule = named_rule(call);
  if (!rule) return respond(fail(std::move(rule.error())));
  change<PolicyRemoved>(runtime, call, std::move(respond), [&runtime, &call, rule = std::move(*rule)](store::Transaction& tx) {
    return runtime.policy.remove(tx, call.agent, rule);
  });
}

void clear(Runtime& runtime, Call& call, Respond respond) {
  change<PolicyCleared>(runtime, call, std::move(respond),
                        [&runtime, &call](store::Transaction& tx) { return runtime.policy.clear(tx, call.agent); });
}

void set(Runtime& runtime, Call& call, Respond respond) {
  serve::write<SettingsChange>(
      runtime, call, [&runtime, &call](store::Transaction& tx) { return runtime.policy.set(tx, call.agent, call.body); },
      [&runtime, &call, respond = std::move(respond)](Result<SettingsChange> done) mutable {
        if (!done) return respond(fail(std::move(done.error())));
        runtime.settings.publish(call.agent, *done);
        respond(serve::reply_with(runtime.policy.switches(call.agent)));
      });
}

constexpr serve::Route kRoutes[] = {
    {.id = "policy.list", .read = list},    {.id = "policy.add", .async = add}, {.id = "policy.remove", .async = remove},
    {.id = "policy.clear", .async = clear}, {.id = "policy.set", .async = set},
};

}  // namespace

std::span<const serve::Route> routes() { return kRoutes; }

}  // namespace facio::policy
