// One turn from its message to its answer: ask the model, pass the gate, call the tools, and again, until there is an answer.
#pragma once

#include <atomic>
#include <string>
#include <string_view>
#include <vector>

#include "commands/facio/runtime/loop/gate.hpp"
#include "commands/facio/runtime/loop/request_slots.hpp"
#include "commands/facio/runtime/loop/turn_journal.hpp"
#include "commands/facio/runtime/models/model_choice.hpp"
#include "commands/facio/runtime/turn.hpp"
#include "commands/facio/runtime/tools/toolbox.hpp"
#include "commands/facio/settings/shapes.hpp"

namespace facio {
class CredentialsService;
class PolicyService;
class SettingsService;
class SkillsService;
class WorkspaceFiles;
}  // namespace facio

namespace facio::serve {

class Clock;

/// What the loop works with; all of it outlives the turns.
struct LoopParts {
  store::Store& store;
  const Clock& clock;
  SettingsService& settings;
  PolicyService& policy;
  const SkillsService& skills;
  const CredentialsService& credentials;
  const WorkspaceFiles& files;
  const Toolbox& tools;
  ModelChoice& models;
  Approver* approver = nullptr;  ///< null: nobody can be asked
};

/// For one thread.
class TurnWork {
 public:
  /// `most_requests`: requests to providers at the same time.
  TurnWork(const LoopParts& parts, RequestSlots& slots, std::int64_t most_requests, const TurnRequest& request, TurnHooks& hooks,
           const Cancel& cancel, const std::atomic<bool>& dropped);

  /// Does all of it; blocks. Gives the result when the end is durable, or cannot be made so.
  TurnResult run();

 private:
  Status converse();
  Result<ModelReply> ask();
  Status call_tools(ModelReply reply);
  Status call_tool(const ModelCall& call, const ModelCall& shown);
  ToolOutput output_of(const ModelCall& call, const ModelCall& shown, std::vector<AuditEvent>& events, AuditEvent& event);
  void finish(const Status& status);
  void write_end();
  void tell(TurnProgress::Kind kind, std::string tool = {}, std::string text = {});
  void tell_text(std::string_view piece, bool last);
  [[nodiscard]] std::string masked(std::string_view text) const;
  [[nodiscard]] std::string shown_arguments(const std::string& arguments) const;

  const LoopParts& parts_;
  RequestSlots& slots_;
  std::int64_t most_requests_;
  const TurnRequest& request_;
  TurnHooks& hooks_;
  const Cancel& cancel_;
  TurnJournal journal_;
  Gate gate_;
  SettingsAdvanced limits_;
  ChosenModel model_;
  std::vector<ModelMessage> messages_;  ///< what the model reads, the instructions first
  std::vector<ToolInfo> tools_;
  std::vector<AuditEvent> events_;  ///< to be written with the next step
  TurnResult result_;
  std::string untold_;  ///< end of the text so far that may be the beginning of a secret
  std::string last_failed_;
  std::int64_t failures_ = 0;
};

}  // namespace facio::serve
