// One turn from its message to its answer: ask the model, pass the policy, call the tools, and again, until there is an answer.
#pragma once

#include <atomic>
#include <string>
#include <string_view>
#include <vector>

#include "commands/facio/runtime/loop/approver.hpp"
#include "commands/facio/runtime/loop/request_slots.hpp"
#include "commands/facio/runtime/loop/turn_journal.hpp"
#include "commands/facio/runtime/models/model_choice.hpp"
#include "commands/facio/runtime/service_context.hpp"
#include "commands/facio/runtime/tools/toolbox.hpp"
#include "commands/facio/settings/shapes.hpp"

namespace facio {
class CredentialsService;
class PolicyService;
class SkillsService;
}  // namespace facio

namespace facio::serve {

/// What the loop works with; all of it outlives the turns.
struct LoopParts {
  const ServiceContext& base;
  PolicyService& policy;
  const SkillsService& skills;
  const CredentialsService& credentials;
  const Toolbox& tools;
  ModelChoice& models;
  Approver* approver = nullptr;  ///< null: nobody can be asked, and what would ask is denied
};

/// For one thread.
class TurnWork {
 public:
  /// `most_requests`: concurrent requests to providers. `dropped`: as in TurnJournal.
  TurnWork(const LoopParts& parts, RequestSlots& slots, std::int64_t most_requests, const TurnRequest& request, TurnHooks& hooks,
           const Cancel& cancel, const std::atomic<bool>& dropped);

  /// Does all of it; blocks. Returns when the end is durable, or cannot be made so.
  TurnResult run();

 private:
  /// The policy's decision on a call, or a person's.
  struct GateDecision {
    bool open = false;
    bool agreed = false;  ///< a person was asked about this very call
    std::string why;      ///< one sentence, for the model and for people
    AuditEvent event;     ///< the decision
  };

  Status converse();
  Result<ModelReply> ask();
  Status call_tools(ModelReply reply);
  Status call_tool(const ModelCall& call, const ModelCall& shown);
  ToolOutput output_of(const ModelCall& call, const ModelCall& shown, std::vector<AuditEvent>& events, AuditEvent& event);
  GateDecision decide(const ToolInfo& tool, JsonRef arguments);
  GateDecision ask_person(const ToolInfo& tool, JsonRef arguments, GateDecision decision);
  void finish(const Status& status);
  void write_end();
  void report(TurnProgress::Kind kind, std::string tool = {}, std::string text = {});
  void report_text(std::string_view piece, bool last);
  [[nodiscard]] AuditEvent step_event(std::string_view kind) const { return turn_event(request_, kind, result_.iterations); }
  [[nodiscard]] std::string interruption() const { return "interrupted: " + cancel_.why(); }
  [[nodiscard]] std::string masked(std::string_view text) const;

  const LoopParts& parts_;
  RequestSlots& slots_;
  std::int64_t most_requests_;
  const TurnRequest& request_;
  TurnHooks& hooks_;
  const Cancel& cancel_;
  TurnJournal journal_;
  SettingsAdvanced limits_;
  ChosenModel model_;
  std::vector<ModelMessage> messages_;  ///< what the model reads, the instructions first
  std::vector<ToolInfo> tools_;
  std::vector<AuditEvent> events_;  ///< to be written with the next step
  TurnResult result_;
  std::string held_back_;  ///< end of the text so far that may be the beginning of a secret
  std::string last_failed_;
  std::int64_t failures_ = 0;
  bool agreed_ = false;  ///< a person has agreed to a turn that must ask once, whatever the policy says
};

}  // namespace facio::serve
