#include "commands/facio/runtime/loop/gate.hpp"

#include <algorithm>

#include "commands/facio/policy/rules.hpp"
#include "commands/facio/policy/server/service.hpp"

namespace facio::serve {
namespace {

policy::ToolCall call_of(const ToolInfo& tool, JsonRef arguments, const std::string& origin) {
  policy::ToolCall call{.tool = tool.known_as(), .arguments = {}, .origin = origin};
  for (std::size_t i = 0; i < arguments.size(); ++i) call.arguments.emplace(arguments.name_at(i), policy::argument_text(arguments.at(i)));
  return call;
}

/// Whether a tool only reads, or asks a person itself.
bool harmless(const ToolInfo& tool) { return std::ranges::find(policy::kRun, tool.name) != policy::kRun.end(); }

std::string said(const ApprovalAnswer& answer) {
  std::string words = answer.actor.empty() ? "" : " by " + answer.actor;
  if (!answer.reason.empty()) words += ": " + answer.reason;
  return words;
}

}  // namespace

GateDecision Gate::decide(const ToolInfo& tool, JsonRef arguments, std::int64_t step, const Cancel& cancel, TurnHooks& hooks) {
  AuditEvent decision = journal_.event("policy_decision", step);
  decision.tool_name = tool.known_as();
  auto verdict = policy_.decide(request_.agent, call_of(tool, arguments, request_.origin));
  if (!verdict) {
    decision.status = "denied";
    decision.message = "the policy cannot be read: " + verdict.error().message();
    return {.open = false, .why = *decision.message, .events = {std::move(decision)}};
  }
  policy::Decision word = verdict->decision;
  std::string why = verdict->why;
  if (word == policy::Decision::allow && request_.require_approval && !agreed_ && !harmless(tool)) {
    word = policy::Decision::ask;
    why = "this run needs a person's approval before it changes anything";
  }
  decision.message = why;
  if (word == policy::Decision::ask) {
    decision.status = "pending";
    return ask(tool, arguments, std::move(decision), why, cancel, hooks);
  }
  const bool open = word == policy::Decision::allow;
  if (!open) decision.status = "denied";
  return {.open = open, .why = std::move(why), .events = {std::move(decision)}};
}

GateDecision Gate::ask(const ToolInfo& tool, JsonRef arguments, AuditEvent decision, const std::string& why, const Cancel& cancel,
                       TurnHooks& hooks) {
  const auto denied = [&](std::string words) {
    decision.status = "denied";
    return GateDecision{.open = false, .why = std::move(words), .events = {std::move(decision)}};
  };
  if (approver_ == nullptr) return denied(why + ", and nobody can be asked here");
  const ApprovalRequest request{.agent = request_.agent,
                                .session_key = request_.session_key,
                                .run_id = request_.run_id,
                                .trace_id = request_.trace_id,
                                .origin = request_.origin,
                                .channel = request_.channel,
                                .tool = tool.known_as(),
                                .arguments = arguments.dump(),
                                .why = why};
  auto answer = approver_->ask(request, cancel, [&](const std::string& id) {
    if (hooks.progress) hooks.progress({TurnProgress::Kind::waiting, tool.name, id});
  });
  if (hooks.progress) hooks.progress({TurnProgress::Kind::resumed, tool.name, {}});
  if (!answer) return denied("nobody could be asked: " + answer.error().message());
  switch (answer->outcome) {
    case ApprovalOutcome::approved:
      agreed_ = true;
      return {.open = true, .why = "approved" + said(*answer), .events = {std::move(decision)}};
    case ApprovalOutcome::rejected: return denied("rejected" + said(*answer));
    case ApprovalOutcome::expired: return denied("nobody decided in time");
    case ApprovalOutcome::interrupted: break;
  }
  return denied("the wait for an approval was cut off");
}

}  // namespace facio::serve
