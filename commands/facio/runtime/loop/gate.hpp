// The gate before every call of a tool: the policy allows or denies it, or a person is asked.
#pragma once

#include <string>
#include <vector>

#include "cli/core/json.hpp"
#include "commands/facio/audit/shapes.hpp"
#include "commands/facio/runtime/loop/approver.hpp"
#include "commands/facio/runtime/loop/turn_journal.hpp"
#include "commands/facio/runtime/tools/tool.hpp"

namespace facio {
class PolicyService;
}

namespace facio::serve {

/// What the gate says of a call.
struct GateDecision {
  bool open = false;
  std::string why;                 ///< one sentence, for the model and for people
  std::vector<AuditEvent> events;  ///< the decision, to be written along with what follows
};

/// One turn's gate. For one thread.
class Gate {
 public:
  /// `approver` null: nobody can be asked, and what would ask is denied.
  Gate(PolicyService& policy, Approver* approver, const TurnRequest& request, const TurnJournal& journal)
      : policy_(policy), approver_(approver), request_(request), journal_(journal) {}

  /// Decides on a call; waits for a person when one has to be asked, until `cancel`. `step` as in TurnJournal::event().
  GateDecision decide(const ToolInfo& tool, JsonRef arguments, std::int64_t step, const Cancel& cancel, TurnHooks& hooks);

 private:
  GateDecision ask(const ToolInfo& tool, JsonRef arguments, AuditEvent decision, const std::string& why, const Cancel& cancel,
                   TurnHooks& hooks);

  PolicyService& policy_;
  Approver* approver_;
  const TurnRequest& request_;
  const TurnJournal& journal_;
  bool agreed_ = false;  ///< a person has agreed to a turn that asks once, whatever the policy says
};

}  // namespace facio::serve
