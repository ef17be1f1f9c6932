// One turn from its message to its answer: ask the model, pass the policy, call the tools, and again, until there is an answer.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/facio/runtime/loop/approver.hpp"
#include "commands/facio/runtime/loop/request_slots.hpp"
#include "commands/facio/runtime/loop/tool_notes.hpp"
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
  Approver* approver = nullptr;      ///< null: nobody can be asked, and what would ask is denied
  const Cancel* stopping = nullptr;  ///< the end of the runtime; null: that of the turn
};

/// For one thread at a time.
class TurnWork {
 public:
  /// `most_requests`: concurrent requests to providers. `notes`: tools that were reported before. `dropped`: as in TurnJournal. `wake`: see
  /// go_on(); must not block.
  TurnWork(const LoopParts& parts, RequestSlots& slots, ToolNotes& notes, std::int64_t most_requests, const TurnRequest& request,
           TurnHooks& hooks, const Cancel& cancel, const std::atomic<bool>& dropped, std::function<void()> wake);

  /// Works until the turn has ended, durably if that is possible, or until a person must decide: then there is no result yet, and this is
  /// to be called again after `wake` was called (from any thread, perhaps before this returns) or the turn was cancelled. Blocks.
  std::optional<TurnResult> go_on();

 private:
  using Steady = std::chrono::steady_clock;
  /// How far the work got without a failure.
  enum class Step : std::uint8_t { done, waits };

  /// The policy's decision on a call, or a person's.
  struct GateDecision {
    bool open = false;
    bool agreed = false;  ///< a person was asked about this very call
    std::string why;      ///< one sentence, for the model and for people
    AuditEvent event;     ///< the decision
  };
  /// A call of a tool that the model asked for.
  struct OpenCall {
    ModelCall call, shown;  ///< `shown`: the same without secrets
    std::optional<Steady::time_point> begin = {};
    std::string question = {};    ///< id of the approval that the call waits for; empty: none
    GateDecision undecided = {};  ///< what the policy said about it then
  };

  [[nodiscard]] Status begin();
  [[nodiscard]] Status set_out();
  void offer_tools();
  [[nodiscard]] std::optional<Toolbox::Found> tool_meant(const std::string& name) const;
  Result<Step> converse();
  Result<ModelReply> ask();
  Result<ModelReply> ask_once();
  Status take_calls(ModelReply reply);
  Result<Step> make_calls();
  Result<Step> make_call(OpenCall& open);
  std::optional<ToolOutput> output_of(OpenCall& open, std::vector<AuditEvent>& events, AuditEvent& event);
  std::optional<GateDecision> decide(OpenCall& open, const ToolInfo& tool, JsonRef arguments);
  std::optional<GateDecision> ask_person(OpenCall& open, const ToolInfo& tool, JsonRef arguments, GateDecision decision);
  GateDecision answer_to(OpenCall& open, const ToolInfo& tool);
  void count_failures(const std::string& tool, bool failed);
  void finish(const Status& status);
  void write_end();
  void report(TurnProgress::Kind kind, std::string tool = {}, std::string text = {});
  void report_text(std::string_view piece, bool last);
  [[nodiscard]] AuditEvent step_event(std::string_view kind) const { return turn_event(request_, kind, result_.iterations); }
  [[nodiscard]] std::string interruption() const { return "interrupted: " + cancel_.why(); }
  [[nodiscard]] std::string masked(std::string_view text) const;

  const LoopParts& parts_;
  RequestSlots& slots_;
  ToolNotes& notes_;
  std::int64_t most_requests_;
  const TurnRequest& request_;
  TurnHooks& hooks_;
  const Cancel& cancel_;
  std::function<void()> wake_;
  TurnJournal journal_;
  SettingsAdvanced limits_;
  ChosenModel model_;
  std::vector<ModelMessage> messages_;  ///< what the model reads, the instructions first
  std::vector<ToolInfo> tools_;
  std::optional<Steady::time_point> began_;
  std::vector<OpenCall> calls_;     ///< of the last answer
  std::size_t next_call_ = 0;       ///< the first of them that has not been made
  std::vector<AuditEvent> events_;  ///< to be written with the next step
  TurnResult result_;
  std::string held_back_;  ///< end of the text so far that may be the beginning of a secret
  std::string last_failed_;
  std::int64_t failures_ = 0;
  bool agreed_ = false;  ///< a person has agreed to a turn that must ask once, whatever the policy says
};

}  // namespace facio::serve
