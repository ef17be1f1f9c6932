#include "commands/facio/approvals/server/rule.hpp"

#include "cli/core/json.hpp"
#include "commands/facio/policy/rules.hpp"

namespace facio::approvals {
namespace {

tl::unexpected<Error> refuse(const std::string& why) {
  return fail_field(Code::rejected, "scope", "scope: " + why + "; decide this call alone, or use the scope tool");
}

/// The arguments as a rule has them.
Result<std::map<std::string, std::string>> params_of(const Approval& approval) {
  if (approval.hidden.value_or(false)) return refuse("the arguments are not shown whole, so no rule can be made of them");
  auto arguments = JsonDocument::parse(approval.arguments.text);
  if (!arguments) return fail(Code::internal, "stored arguments cannot be read: " + arguments.error().message());
  const JsonRef root = arguments->root();
  if (root.size() == 0) return refuse("the call has no arguments, and a rule without any is about every call");
  std::map<std::string, std::string> params;
  for (std::size_t i = 0; i < root.size(); ++i) {
    const std::string name(root.name_at(i));
    std::string value = policy::argument_text(root.at(i));
    if (value.find('*') != std::string::npos) return refuse("the argument " + name + " holds a *, which stands for anything in a rule");
    params.emplace(name, std::move(value));
  }
  return params;
}

}  // namespace

Result<std::optional<PolicyAdd>> rule_of(const Approval& approval, bool approve, const ApprovalDecision& decision) {
  if (!decision.always.value_or(false)) {
    if (decision.scope) return fail_field(Code::rejected, "scope", "scope: has a meaning only with always true; leave it out");
    return std::optional<PolicyAdd>{};
  }
  PolicyAdd rule{.action = approve ? "allow" : "deny", .tool = approval.tool, .params = {}, .addedBy = decision.actor};
  if (!rule.addedBy) rule.addedBy = "approval " + approval.id;
  if (decision.scope.value_or("tool") == "call") {
    auto params = params_of(approval);
    if (!params) return fail(std::move(params.error()));
    rule.params = std::move(*params);
  }
  return std::optional<PolicyAdd>(std::move(rule));
}

}  // namespace facio::approvals
