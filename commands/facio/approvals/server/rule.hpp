// The rule of the policy that a decision asks for.
#pragma once

#include <optional>

#include "cli/core/result.hpp"
#include "commands/facio/approvals/shapes.hpp"
#include "commands/facio/policy/shapes.hpp"

namespace facio::approvals {

/// Nothing unless the decision is for always. Code::rejected where a rule for the very call would say more than the call.
Result<std::optional<PolicyAdd>> rule_of(const Approval& approval, bool approve, const ApprovalDecision& decision);

}  // namespace facio::approvals
