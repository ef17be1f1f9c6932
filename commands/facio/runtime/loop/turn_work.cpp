#include "commands/facio/runtime/loop/turn_work.hpp"

#include <algorithm>
#include <chrono>

#include "cli/core/utf8.hpp"
#include "cli/files/workspace_files.hpp"
#include "commands/facio/audit/server/change_event.hpp"
#include "commands/facio/credentials/server/service.hpp"
#include "commands/facio/policy/server/service.hpp"
#include "commands/facio/runtime/loop/conversation.hpp"
#include "commands/facio/settings/server/service.hpp"

namespace facio::serve {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::int64_t kHistory = 400;           ///< most messages of a session that are read
constexpr std::size_t kMostCalls = 32;           ///< tool calls that one answer may ask for
constexpr std::int64_t kRetryEndMs = 5000;       ///< between two attempts to write the end
constexpr std::int64_t kLeastRoomTokens = 1024;  ///< for the conversation, however long an answer may be

std::int64_t ms_since(Steady::time_point begin) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now() - begin).count();
}

policy::ToolCall call_of(const ToolInfo& tool, JsonRef arguments, const std::string& origin, const WorkspaceFiles& files) {
  policy::ToolCall call{.tool = tool.known_as(), .arguments = {}, .origin = origin};
  for (std::size_t i = 0; i < arguments.size(); ++i) call.arguments.emplace(arguments.name_at(i), policy::argument_text(arguments.at(i)));
  if (const JsonRef path = arguments.get("path"); policy::is_file_tool(call.tool) && path.is(JsonKind::string)) {
    call.real_path = files.real_path(path.string());
    call.any_case = files.any_case();
  }
  return call;
}

std::string decided_by(const ApprovalAnswer& answer) {
  std::string text = answer.actor.empty() ? "" : " by " + answer.actor;
  if (!answer.reason.empty()) text += ": " + answer.reason;
  return text;
}

}  // namespace

TurnWork::TurnWork(const LoopParts& parts, RequestSlots& slots, std::int64_t most_requests, const TurnRequest& request, TurnHooks& hooks,
                   const Cancel& cancel, const std::atomic<bool>& dropped)
    : parts_(parts),
      slots_(slots),
      most_requests_(most_requests),
      request_(request),
      hooks_(hooks),
      cancel_(cancel),
      journal_(parts.base.store, parts.base.clock, request, dropped),
      limits_(parts.base.settings.advanced(request.agent)) {}

void TurnWork::report(TurnProgress::Kind kind, std::string tool, std::string text) {
  if (hooks_.progress) hooks_.progress({kind, std::move(tool), std::move(text)});
}

/// A piece of the model's text, without secrets, even those split over several pieces.
void TurnWork::report_text(std::string_view piece, bool last) {
  held_back_ += piece;
  std::string text = last ? masked(std::exchange(held_back_, {})) : parts_.credentials.masked_start(request_.agent, held_back_);
  if (!text.empty()) report(TurnProgress::Kind::text, {}, std::move(text));
}

std::string TurnWork::masked(std::string_view text) const { return parts_.credentials.masked(request_.agent, text); }

TurnResult TurnWork::run() {
  const auto begin = Steady::now();
  if (cancel_.cancelled()) {
    result_.interrupted = true;
    result_.code = Code::unavailable;
    result_.error = interruption();
    return std::move(result_);
  }
  if (auto status = journal_.begin(hooks_); !status) {
    result_.code = status.error().code();
    result_.error = "the message could not be kept: " + status.error().message();
    return std::move(result_);
  }
  report(TurnProgress::Kind::started);
  const Status status = converse();
  result_.duration_ms = ms_since(begin);
  finish(status);
  write_end();
  return std::move(result_);
}

Status TurnWork::converse() {
  auto chosen = parts_.models.choose(request_.agent, {}, {});
  if (!chosen) return fail(std::move(chosen.error()));
  model_ = std::move(*chosen);
  result_.provider = model_.provider;
  result_.model = model_.name;
  auto session = parts_.base.store.sessions().get(request_.agent, request_.session_key, kHistory, std::nullopt);
  if (!session) return fail(std::move(session.error()));
  if (*session) {
    auto document = JsonDocument::parse(**session);
    if (!document) return fail(std::move(document.error()));
    messages_ = messages_of(document->root());
  }
  // The session may have been cleared a moment ago, and the message with it.
  if (messages_.empty() || messages_.back().role != "user") messages_.push_back({.role = "user", .text = request_.message});
  fit(messages_, std::max(kLeastRoomTokens, limits_.context_window_tokens - limits_.max_tokens));
  if (model_.remote) messages_.insert(messages_.begin(), {.role = "system", .text = instructions(parts_.base, parts_.skills, request_)});
  if (model_.remote) tools_ = parts_.tools.list(request_.agent);  // the offline model needs no list
  while (true) {
    auto reply = ask();
    if (!reply) return fail(std::move(reply.error()));
    if (reply->calls.empty()) {
      result_.answer = masked(reply->text);
      if (reply->cut) result_.answer += "\n\n[cut off: the answer reached max_tokens]";
      return {};
    }
    if (result_.iterations >= limits_.max_tool_iterations)
      return fail(Code::failed, "the model asked for tools in " + std::to_string(result_.iterations) +
                                    " rounds without an answer; max_tool_iterations allows no more");
    if (auto status = call_tools(std::move(*reply)); !status) return status;
  }
}

Result<ModelReply> TurnWork::ask() {
  const auto begin = Steady::now();
  ++result_.iterations;
  Result<ModelReply> reply = fail(Code::unavailable, "");
  {
    const auto slot = model_.remote ? slots_.take(request_.agent, most_requests_, cancel_) : RequestSlots::Slot();
    if (model_.remote && !slot)
      return fail(Code::unavailable, cancel_.cancelled() ? cancel_.why() : "the system has no file descriptor left for the server");
    UniqueFunction<void(std::string_view)> piece;
    if (hooks_.progress) piece = [this](std::string_view text) { report_text(text, false); };
    const auto basic = parts_.base.settings.basic(request_.agent);
    reply = model_.model->ask({.agent = request_.agent,
                               .model = model_.name,
                               .messages = messages_,
                               .tools = tools_,
                               .temperature = limits_.temperature,
                               .max_tokens = limits_.max_tokens,
                               .reasoning_effort = basic.reasoning_effort.value_or(""),
                               .conversation = request_.session_key,
                               .patient = limits_.provider_retry_mode == "persistent"},
                              cancel_, piece);
    if (piece) report_text({}, true);
  }
  AuditEvent event = step_event("llm_call");
  event.model = model_.name;
  event.duration_ms = ms_since(begin);
  if (reply) {
    result_.prompt_tokens += reply->prompt_tokens;
    result_.completion_tokens += reply->completion_tokens;
    result_.cached_tokens += reply->cached_tokens;
    event.details = event_details("provider", model_.provider, "iteration", result_.iterations, "attempts", reply->attempts,
                                  "prompt_tokens", reply->prompt_tokens, "completion_tokens", reply->completion_tokens, "calls",
                                  static_cast<std::int64_t>(reply->calls.size()));
  } else {
    event.status = "error";
    event.message = cut_text(masked(reply.error().message()), kMostOfEvent);
    event.details = event_details("provider", model_.provider, "iteration", result_.iterations);
  }
  events_.push_back(std::move(event));
  if (cancel_.cancelled()) return fail(Code::unavailable, cancel_.why());
  return reply;
}

/// The calls of one answer, one after the other; all of them are durable before the first is made.
Status TurnWork::call_tools(ModelReply reply) {
  if (reply.calls.size() > kMostCalls) reply.calls.resize(kMostCalls);
  for (std::size_t i = 0; i < reply.calls.size(); ++i)  // ids must be unique
    for (std::size_t n = 0; n < i; ++n)
      if (reply.calls[n].id == reply.calls[i].id) reply.calls[i].id += "_" + std::to_string(i);
  std::string text = masked(reply.text);
  std::vector<ModelCall> shown = reply.calls;  // without secrets, for everything but the tool itself
  for (ModelCall& call : shown)
    if (std::string arguments = masked(call.arguments); arguments != call.arguments)  // must stay JSON, even where a number was masked
      call.arguments = JsonDocument::parse(arguments) ? std::move(arguments) : R"({"hidden":"they held a secret"})";
  if (auto status = journal_.calls(text, shown, std::exchange(events_, {}), result_); !status) return status;
  messages_.push_back({.role = "assistant", .text = std::move(text), .calls = shown});
  for (std::size_t i = 0; i < shown.size(); ++i)
    if (auto status = call_tool(reply.calls[i], shown[i]); !status) return status;
  return {};
}

/// What the tool returned, or why it was not called. `events` gets the policy's decision, `event` describes the call.
ToolOutput TurnWork::output_of(const ModelCall& call, const ModelCall& shown, std::vector<AuditEvent>& events, AuditEvent& event) {
  const auto found = parts_.tools.find(request_.agent, call.tool);
  if (!found) return {.text = "there is no tool \"" + call.tool + "\"", .failed = true};
  event.tool_name = found->info.known_as();
  auto arguments = JsonDocument::parse(call.arguments);
  if (!arguments) return {.text = "the arguments are no JSON: " + arguments.error().message(), .failed = true};
  if (arguments->root().kind() != JsonKind::object) return {.text = "the arguments must be a JSON object", .failed = true};
  GateDecision decision = decide(found->info, arguments->root());
  events.push_back(std::move(decision.event));
  if (!decision.open) {
    event.status = "denied";
    return {.text = "denied: " + decision.why, .failed = true};
  }
  if (cancel_.cancelled()) return {.text = interruption(), .failed = true};
  report(TurnProgress::Kind::tool_call, found->info.name, shown.arguments);
  return found->source->call({request_, cancel_, decision.agreed}, found->info.name, arguments->root());
}

/// Asks the policy about a call, and a person if the policy or the turn demands it; blocks until then.
TurnWork::GateDecision TurnWork::decide(const ToolInfo& tool, JsonRef arguments) {
  GateDecision decision{.event = step_event("policy_decision")};
  decision.event.tool_name = tool.known_as();
  auto verdict = parts_.policy.decide(request_.agent, call_of(tool, arguments, request_.origin, parts_.base.files));
  policy::Decision outcome = verdict ? verdict->decision : policy::Decision::deny;
  decision.why = verdict ? verdict->why : "the policy cannot be read: " + verdict.error().message();
  const bool harmless = std::ranges::find(policy::kRun, tool.name) != policy::kRun.end();
  if (outcome == policy::Decision::allow && request_.require_approval && !agreed_ && !harmless) {
    outcome = policy::Decision::ask;
    decision.why = "this run needs a person's approval before it changes anything";
  }
  decision.event.message = decision.why;
  if (outcome == policy::Decision::ask) return ask_person(tool, arguments, std::move(decision));
  decision.open = outcome == policy::Decision::allow;
  if (!decision.open) decision.event.status = "denied";
  return decision;
}

TurnWork::GateDecision TurnWork::ask_person(const ToolInfo& tool, JsonRef arguments, GateDecision decision) {
  const auto denied = [&](std::string why) { return GateDecision{.why = std::move(why), .event = std::move(decision.event)}; };
  decision.event.status = "denied";
  if (parts_.approver == nullptr) return denied(decision.why + ", and nobody can be asked here");
  const ApprovalRequest request{request_, tool.known_as(), arguments.dump(), decision.why};
  auto answer = parts_.approver->ask(request, cancel_, [&](const std::string& id) { report(TurnProgress::Kind::waiting, tool.name, id); });
  report(TurnProgress::Kind::resumed, tool.name);
  if (!answer) return denied("nobody could be asked: " + answer.error().message());
  switch (answer->outcome) {
    case ApprovalOutcome::approved:
      agreed_ = true;
      decision.event.status = "pending";
      return {.open = true, .agreed = true, .why = "approved" + decided_by(*answer), .event = std::move(decision.event)};
    case ApprovalOutcome::rejected: return denied("rejected" + decided_by(*answer));
    case ApprovalOutcome::expired: return denied("nobody decided in time");
    case ApprovalOutcome::interrupted: break;
  }
  return denied("the wait for an approval was cut off");
}

/// `shown`: the same call without secrets.
Status TurnWork::call_tool(const ModelCall& call, const ModelCall& shown) {
  const auto begin = Steady::now();
  std::vector<AuditEvent> events;
  AuditEvent event = step_event("tool_call");
  event.tool_name = call.tool;
  ToolOutput output = output_of(call, shown, events, event);
  ++result_.tool_calls_count;
  output.text = masked(output.text);
  const auto most = static_cast<std::size_t>(limits_.max_tool_result_chars);
  if (output.text.size() > most)
    output.text = cut_text(output.text, most) + "\n[cut off: " + std::to_string(output.text.size()) + " bytes in all]";
  if (output.failed && event.status == "ok") event.status = "error";
  event.duration_ms = ms_since(begin);
  event.details = event_details("call_id", call.id, "arguments", cut_text(shown.arguments, kMostOfEvent), "result",
                                cut_text(output.text, kMostOfEvent));
  events.push_back(std::move(event));
  failures_ = !output.failed ? 0 : call.tool == last_failed_ ? failures_ + 1 : 1;
  last_failed_ = output.failed ? call.tool : std::string();
  if (failures_ > result_.failed_in_a_row) {
    result_.failed_in_a_row = failures_;
    result_.failing_tool = call.tool;
  }
  report(TurnProgress::Kind::tool_result, call.tool, output.text);
  if (auto status = journal_.outcome(shown, output.text, events, result_); !status) return status;
  messages_.push_back({.role = "tool", .text = std::move(output.text), .call_id = call.id});
  if (cancel_.cancelled()) return fail(Code::unavailable, cancel_.why());
  return {};
}

void TurnWork::finish(const Status& status) {
  result_.ok = status.has_value();
  if (!status) {
    result_.interrupted = cancel_.cancelled();
    result_.code = status.error().code();
    result_.error = result_.interrupted ? interruption() : masked(status.error().message());
  }
  events_.push_back(end_event(request_, result_));
}

/// The end must become durable, so a refused write is repeated. Only a stop of the runtime ends the attempts: then the next start settles
/// the turn.
void TurnWork::write_end() {
  do result_.recorded = journal_.end(hooks_, result_, events_).has_value();
  while (!result_.recorded && cancel_.pause(kRetryEndMs));
}

}  // namespace facio::serve
