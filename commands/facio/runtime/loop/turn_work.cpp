#include "commands/facio/runtime/loop/turn_work.hpp"

#include <algorithm>
#include <chrono>

#include "cli/core/utf8.hpp"
#include "cli/files/workspace_files.hpp"
#include "commands/facio/audit/server/change_event.hpp"
#include "commands/facio/credentials/server/service.hpp"
#include "commands/facio/policy/server/service.hpp"
#include "commands/facio/runtime/loop/conversation.hpp"
#include "commands/facio/runtime/models/outgoing_messages.hpp"
#include "commands/facio/runtime/models/outgoing_tools.hpp"
#include "commands/facio/settings/server/service.hpp"

namespace facio::serve {
namespace {

constexpr std::int64_t kHistory = 400;      ///< most messages of a session that are read
constexpr std::size_t kMostCalls = 32;      ///< tool calls that one answer may ask for
constexpr std::int64_t kRetryEndMs = 5000;  ///< between two attempts to write the end
constexpr std::string_view kJobSession = "cron:";
constexpr std::int64_t kLeastRoomTokens = 1024;  ///< for the conversation, however long an answer may be

std::int64_t ms_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin).count();
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

TurnWork::TurnWork(const LoopParts& parts, RequestSlots& slots, ToolNotes& notes, std::int64_t most_requests, const TurnRequest& request,
                   TurnHooks& hooks, const Cancel& cancel, const std::atomic<bool>& dropped, std::function<void()> wake)
    : parts_(parts),
      slots_(slots),
      notes_(notes),
      most_requests_(most_requests),
      request_(request),
      hooks_(hooks),
      cancel_(cancel),
      wake_(std::move(wake)),
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

std::optional<TurnResult> TurnWork::go_on() {
  if (!began_)
    if (const auto status = begin(); !status) {
      result_.code = status.error().code();
      result_.error = status.error().message();
      return std::move(result_);
    }
  const Result<Step> step = converse();
  if (step && *step == Step::waits) return std::nullopt;
  result_.duration_ms = ms_since(*began_);
  finish(step.map([](Step) {}));
  write_end();
  return std::move(result_);
}

Status TurnWork::begin() {
  began_ = Steady::now();
  if (cancel_.cancelled()) {
    result_.interrupted = true;
    return fail(Code::unavailable, interruption());
  }
  if (auto status = journal_.begin(hooks_); !status)
    return fail(status.error().code(), "the message could not be saved: " + status.error().message());
  result_.begun = true;
  report(TurnProgress::Kind::started);
  return {};
}

/// Chooses the model, and collects what it is to read.
Status TurnWork::set_out() {
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
  // A job runs for ever, and each of its runs costs what it reads.
  if (request_.session_key.starts_with(kJobSession)) keep_exchanges(messages_, static_cast<std::size_t>(limits_.max_job_history));
  if (!model_.remote) return {};
  messages_.insert(messages_.begin(), {.role = "system", .text = instructions(parts_.base, parts_.skills, request_)});
  offer_tools();  // the offline model needs no list
  return {};
}

void TurnWork::offer_tools() {
  std::vector<ToolInfo> list = parts_.tools.list(request_.agent);
  if (hooks_.tools) std::ranges::move(hooks_.tools->tools(request_.agent), std::back_inserter(list));
  OutgoingTools offer = outgoing_tools(std::move(list));
  tools_ = std::move(offer.tools);
  for (const OutgoingTools::LeftOut& one : offer.left_out) {
    if (!notes_.take(request_.agent, one.name, one.why)) continue;
    AuditEvent event = step_event("tool_left_out");
    event.status = "error";
    event.tool_name = one.name;
    event.message = "models are not offered the tool " + one.name + ": " + one.why;
    events_.push_back(std::move(event));
  }
}

/// The tool that a model calls by the name that it was offered: another one may have taken the name since, when a server came or went.
std::optional<Toolbox::Found> TurnWork::tool_meant(const std::string& name) const {
  if (hooks_.tools)
    for (ToolInfo& own : hooks_.tools->tools(request_.agent))
      if (own.name == name) return Toolbox::Found{std::move(own), hooks_.tools.get()};
  const auto offered = std::ranges::find(tools_, name, &ToolInfo::name);
  return parts_.tools.find(request_.agent, offered == tools_.end() ? name : offered->known_as());
}

Result<TurnWork::Step> TurnWork::converse() {
  if (messages_.empty())
    if (auto status = set_out(); !status) return fail(std::move(status.error()));
  while (true) {
    if (auto step = make_calls(); !step || *step == Step::waits) return step;
    auto reply = ask();
    if (!reply) return fail(std::move(reply.error()));
    if (reply->calls.empty()) {
      result_.answer = masked(reply->text);
      if (reply->cut) result_.answer += "\n\n[cut off: the answer reached max_tokens]";
      return Step::done;
    }
    if (result_.iterations >= limits_.max_tool_iterations)
      return fail(Code::failed, "the model asked for tools in " + std::to_string(result_.iterations) +
                                    " rounds without an answer, the limit of max_tool_iterations");
    if (auto status = take_calls(std::move(*reply)); !status) return fail(std::move(status.error()));
  }
}

/// Asks the model; a conversation that is longer than it reads is shortened once.
Result<ModelReply> TurnWork::ask() {
  auto reply = ask_once();
  if (reply || reply.error().code() != Code::too_large) return reply;
  const std::size_t dropped = shorten(messages_);
  if (dropped == 0) return reply;
  AuditEvent event = step_event("history_shortened");
  event.model = model_.name;
  event.message = "the conversation is too long for the model: its oldest " + std::to_string(dropped) + " messages were left out, " +
                  std::to_string(messages_.size()) + " remain, and it was called again";
  event.details = event_details("dropped", static_cast<std::int64_t>(dropped), "left", static_cast<std::int64_t>(messages_.size()));
  events_.push_back(std::move(event));
  return ask_once();
}

Result<ModelReply> TurnWork::ask_once() {
  const auto begin = Steady::now();
  ++result_.iterations;
  std::int64_t attempts = 1;
  Result<ModelReply> reply = fail(Code::unavailable, "");
  {
    const auto slot = model_.remote ? slots_.take(request_.agent, most_requests_, cancel_) : RequestSlots::Slot();
    if (model_.remote && !slot)
      return fail(cancel_.cancelled() ? cancel_.error()
                                      : Error(Code::unavailable, "the system has no file descriptor left for the server"));
    UniqueFunction<void(std::string_view)> piece;
    if (hooks_.progress) piece = [this](std::string_view text) { report_text(text, false); };
    const auto basic = parts_.base.settings.basic(request_.agent);
    reply = model_.model->ask({.agent = request_.agent,
                               .model = model_.name,
                               .messages = model_.remote ? outgoing_messages(messages_) : messages_,
                               .tools = tools_,
                               .temperature = limits_.temperature,
                               .max_tokens = limits_.max_tokens,
                               .reasoning_effort = basic.reasoning_effort.value_or(""),
                               .conversation = request_.session_key,
                               .patient = limits_.provider_retry_mode == "persistent",
                               .limits = request_.limits,
                               .attempts = &attempts},
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
    event.details = event_details("provider", model_.provider, "iteration", result_.iterations, "attempts", attempts, "prompt_tokens",
                                  reply->prompt_tokens, "completion_tokens", reply->completion_tokens, "calls",
                                  static_cast<std::int64_t>(reply->calls.size()));
  } else {
    event.status = "error";
    event.message = cut_text(masked(reply.error().message()), kMostOfEvent);
    event.details = event_details("provider", model_.provider, "iteration", result_.iterations, "attempts", attempts);
  }
  events_.push_back(std::move(event));
  if (cancel_.cancelled()) return fail(cancel_.error());
  return reply;
}

/// The calls of one answer: all of them are durable before the first is made.
Status TurnWork::take_calls(ModelReply reply) {
  if (reply.calls.size() > kMostCalls) reply.calls.resize(kMostCalls);
  for (std::size_t i = 0; i < reply.calls.size(); ++i)  // ids must be unique
    for (std::size_t n = 0; n < i; ++n)
      if (reply.calls[n].id == reply.calls[i].id) reply.calls[i].id += "_" + std::to_string(i);
  std::string text = masked(reply.text);
  // Must stay JSON, even where a number was masked.
  const auto mask_json = [this](std::string& json, std::string_view otherwise) {
    if (std::string shown = masked(json); shown != json) json = JsonDocument::parse(shown) ? std::move(shown) : std::string(otherwise);
  };
  std::vector<ModelCall> shown = reply.calls;  // without secrets, for everything but the tool itself
  for (ModelCall& call : shown) {
    mask_json(call.arguments, R"({"hidden":"they held a secret"})");
    mask_json(call.extra, "");
  }
  mask_json(reply.back, "");
  if (auto status = journal_.calls(text, shown, std::exchange(events_, {}), result_); !status) return status;
  messages_.push_back({.role = "assistant", .text = std::move(text), .calls = shown, .back = std::move(reply.back)});
  for (std::size_t i = 0; i < shown.size(); ++i) calls_.push_back({.call = std::move(reply.calls[i]), .shown = std::move(shown[i])});
  return {};
}

/// Makes the open calls, one after the other.
Result<TurnWork::Step> TurnWork::make_calls() {
  for (; next_call_ < calls_.size(); ++next_call_)
    if (auto step = make_call(calls_[next_call_]); !step || *step == Step::waits) return step;
  calls_.clear();
  next_call_ = 0;
  return Step::done;
}

/// What the tool returned, or why it was not called; nothing yet while a person is being asked. `events` gets the policy's decision, and
/// `event` describes the call.
std::optional<ToolOutput> TurnWork::output_of(OpenCall& open, std::vector<AuditEvent>& events, AuditEvent& event) {
  const auto refusal = [](std::string why) { return ToolOutput{.text = std::move(why), .failed = true}; };
  const auto found = tool_meant(open.call.tool);
  if (!found && open.question.empty()) return refusal("there is no tool \"" + open.call.tool + "\"");
  ToolInfo tool;
  if (found) tool = found->info;
  else tool.name = open.call.tool;
  event.tool_name = tool.known_as();
  auto arguments = JsonDocument::parse(open.call.arguments);
  if (!arguments) return refusal("the arguments are not JSON: " + arguments.error().message());
  if (arguments->root().kind() != JsonKind::object) return refusal("the arguments must be a JSON object");
  auto decision = open.question.empty() ? decide(open, tool, arguments->root()) : answer_to(open, tool);
  if (!decision) return std::nullopt;
  events.push_back(std::move(decision->event));
  if (!decision->open) {
    event.status = "denied";
    return refusal("denied: " + decision->why);
  }
  if (cancel_.cancelled()) return refusal(interruption());
  if (!found) return refusal("the tool \"" + open.call.tool + "\" is gone");
  report(TurnProgress::Kind::tool_call, tool.name, open.shown.arguments);
  return found->source->call({request_, cancel_, decision->agreed}, tool.name, arguments->root());
}

/// Asks the policy about a call, and a person if the policy or the turn demands it; nothing yet while a person is being asked.
std::optional<TurnWork::GateDecision> TurnWork::decide(OpenCall& open, const ToolInfo& tool, JsonRef arguments) {
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
  if (outcome == policy::Decision::ask) return ask_person(open, tool, arguments, std::move(decision));
  decision.open = outcome == policy::Decision::allow;
  if (!decision.open) decision.event.status = "denied";
  return decision;
}

/// A decision only where nobody can be asked.
std::optional<TurnWork::GateDecision> TurnWork::ask_person(OpenCall& open, const ToolInfo& tool, JsonRef arguments, GateDecision decision) {
  decision.event.status = "denied";
  if (parts_.approver == nullptr) {
    decision.why += ", and nobody can be asked here";
    return decision;
  }
  const ApprovalRequest request{request_, tool.known_as(), arguments.dump(), decision.why};
  auto id = parts_.approver->ask(request, wake_);
  if (!id) {
    decision.why = "nobody could be asked: " + id.error().message();
    return decision;
  }
  open.question = std::move(*id);
  open.undecided = std::move(decision);
  report(TurnProgress::Kind::waiting, tool.name, open.question);
  return std::nullopt;
}

/// What became of the question about a call.
TurnWork::GateDecision TurnWork::answer_to(OpenCall& open, const ToolInfo& tool) {
  GateDecision decision = std::move(open.undecided);
  const auto answer = parts_.approver->outcome(request_.agent, std::exchange(open.question, {}), cancel_.why());
  report(TurnProgress::Kind::resumed, tool.name);
  const auto outcome = answer ? answer->outcome : ApprovalOutcome::interrupted;
  if (!answer) decision.why = "nobody could be asked: " + answer.error().message();
  else if (outcome == ApprovalOutcome::approved) decision.why = "approved" + decided_by(*answer);
  else if (outcome == ApprovalOutcome::rejected) decision.why = "rejected" + decided_by(*answer);
  else if (outcome == ApprovalOutcome::expired) decision.why = "nobody decided in time";
  else decision.why = "the wait for an approval was interrupted";
  decision.open = decision.agreed = outcome == ApprovalOutcome::approved;
  if (decision.open) agreed_ = true;
  if (decision.open) decision.event.status = "pending";
  return decision;
}

Result<TurnWork::Step> TurnWork::make_call(OpenCall& open) {
  if (!open.begin) open.begin = Steady::now();
  std::vector<AuditEvent> events;
  AuditEvent event = step_event("tool_call");
  event.tool_name = open.call.tool;
  auto returned = output_of(open, events, event);
  if (!returned) return Step::waits;
  ToolOutput& output = *returned;
  ++result_.tool_calls_count;
  output.text = masked(output.text);
  const auto most = static_cast<std::size_t>(limits_.max_tool_result_chars);
  if (output.text.size() > most)
    output.text = cut_text(output.text, most) + "\n[cut off: " + std::to_string(output.text.size()) + " bytes in all]";
  if (output.failed && event.status == "ok") event.status = "error";
  event.duration_ms = ms_since(*open.begin);
  event.details = event_details("call_id", open.call.id, "arguments", cut_text(open.shown.arguments, kMostOfEvent), "result",
                                cut_text(output.text, kMostOfEvent));
  events.push_back(std::move(event));
  count_failures(open.call.tool, output.failed);
  report(TurnProgress::Kind::tool_result, open.call.tool, output.text);
  if (auto status = journal_.outcome(open.shown, output.text, events, result_); !status) return fail(std::move(status.error()));
  messages_.push_back({.role = "tool", .text = std::move(output.text), .call_id = open.call.id});
  if (cancel_.cancelled()) return fail(cancel_.error());
  return Step::done;
}

/// Calls of one tool that failed in a row.
void TurnWork::count_failures(const std::string& tool, bool failed) {
  failures_ = !failed ? 0 : tool == last_failed_ ? failures_ + 1 : 1;
  last_failed_ = failed ? tool : std::string();
  if (failures_ <= result_.failed_in_a_row) return;
  result_.failed_in_a_row = failures_;
  result_.failing_tool = tool;
}

void TurnWork::finish(const Status& status) {
  result_.ok = status.has_value();
  if (!status) {
    result_.interrupted = cancel_.cancelled() && cancel_.error().code() == Code::unavailable;
    result_.code = cancel_.cancelled() ? cancel_.error().code() : status.error().code();
    result_.error = result_.interrupted ? interruption() : cancel_.cancelled() ? cancel_.why() : masked(status.error().message());
  }
  events_.push_back(end_event(request_, result_));
}

/// The end must become durable, so a refused write is repeated, after whoever waits has heard of it. Only a stop of the runtime ends the
/// attempts: then the next start settles the turn.
void TurnWork::write_end() {
  auto written = journal_.end(hooks_, result_, events_);
  if (!written && hooks_.unrecorded) hooks_.unrecorded(result_, written.error());
  const Cancel& stop = parts_.stopping != nullptr ? *parts_.stopping : cancel_;
  while (!written && stop.pause(kRetryEndMs)) written = journal_.end(hooks_, result_, events_);
  result_.recorded = written.has_value();
}

}  // namespace facio::serve
