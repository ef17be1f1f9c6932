#include "commands/facio/runtime/loop/turn_work.hpp"

#include <algorithm>
#include <chrono>

#include "cli/core/utf8.hpp"
#include "commands/facio/audit/server/change_event.hpp"
#include "commands/facio/credentials/server/service.hpp"
#include "commands/facio/runtime/loop/conversation.hpp"
#include "commands/serve/clock.hpp"
#include "commands/facio/settings/server/service.hpp"

namespace facio::serve {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::int64_t kHistory = 400;           ///< messages of a session that are looked at
constexpr std::size_t kMostCalls = 32;           ///< calls of tools that one answer may ask for
constexpr std::int64_t kRetryEndMs = 5000;       ///< between two attempts to write the end
constexpr std::int64_t kLeastRoomTokens = 1024;  ///< of a conversation, however long an answer may be

std::int64_t ms_since(Steady::time_point begin) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now() - begin).count();
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
      journal_(parts.store, parts.clock, request, dropped),
      gate_(parts.policy, parts.approver, request, journal_),
      limits_(parts.settings.advanced(request.agent)) {}

void TurnWork::tell(TurnProgress::Kind kind, std::string tool, std::string text) {
  if (hooks_.progress) hooks_.progress({kind, std::move(tool), std::move(text)});
}

/// Arguments without secrets; they stay JSON also where one was no string.
std::string TurnWork::shown_arguments(const std::string& arguments) const {
  std::string text = masked(arguments);
  return text == arguments || JsonDocument::parse(text) ? text : R"({"hidden":"they held a secret"})";
}

/// A piece of the model's text, without secrets even where one is cut into pieces.
void TurnWork::tell_text(std::string_view piece, bool last) {
  untold_ += piece;
  std::string text = last ? masked(std::exchange(untold_, {})) : parts_.credentials.masked_start(request_.agent, untold_);
  if (!text.empty()) tell(TurnProgress::Kind::text, {}, std::move(text));
}

std::string TurnWork::masked(std::string_view text) const { return parts_.credentials.masked(request_.agent, text); }

TurnResult TurnWork::run() {
  const auto begin = Steady::now();
  if (cancel_.cancelled()) {
    result_.interrupted = true;
    result_.code = Code::unavailable;
    result_.error = "interrupted: " + cancel_.why();
    return std::move(result_);
  }
  if (auto status = journal_.begin(hooks_); !status) {
    result_.code = status.error().code();
    result_.error = "the message could not be kept: " + status.error().message();
    return std::move(result_);
  }
  tell(TurnProgress::Kind::started);
  const Status status = converse();
  result_.duration_ms = ms_since(begin);
  finish(status);
  write_end();
  return std::move(result_);
}

/// Rounds of model and tools until there is an answer.
Status TurnWork::converse() {
  auto chosen = parts_.models.choose(request_.agent, {}, {});
  if (!chosen) return fail(std::move(chosen.error()));
  model_ = std::move(*chosen);
  result_.provider = model_.provider;
  result_.model = model_.name;
  auto session = parts_.store.sessions().get(request_.agent, request_.session_key, kHistory, std::nullopt);
  if (!session) return fail(std::move(session.error()));
  if (*session) {
    auto document = JsonDocument::parse(**session);
    if (!document) return fail(std::move(document.error()));
    messages_ = messages_of(document->root());
  }
  // Without the message there would be nothing to answer: its session may have been cleared a moment ago.
  if (messages_.empty() || messages_.back().role != "user") messages_.push_back({.role = "user", .text = request_.message});
  fit(messages_, std::max(kLeastRoomTokens, limits_.context_window_tokens - limits_.max_tokens));
  if (model_.remote)
    messages_.insert(messages_.begin(),
                     {.role = "system", .text = instructions(parts_.files, parts_.skills, parts_.settings, parts_.clock, request_)});
  if (model_.remote) tools_ = parts_.tools.list(request_.agent);  // the offline model is told of none
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

/// One request to the model, with its event.
Result<ModelReply> TurnWork::ask() {
  const auto begin = Steady::now();
  ++result_.iterations;
  Result<ModelReply> reply = fail(Code::unavailable, "");
  {
    const auto slot = model_.remote ? slots_.take(request_.agent, most_requests_, cancel_) : RequestSlots::Slot();
    if (model_.remote && !slot) return fail(Code::unavailable, cancel_.why());
    UniqueFunction<void(std::string_view)> piece;
    if (hooks_.progress) piece = [this](std::string_view text) { tell_text(text, false); };
    const auto basic = parts_.settings.basic(request_.agent);
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
    if (piece) tell_text({}, true);
  }
  AuditEvent event = journal_.event("llm_call", result_.iterations);
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

/// The calls of one answer, one after the other; all of them are on the disk before the first is made.
Status TurnWork::call_tools(ModelReply reply) {
  if (reply.calls.size() > kMostCalls) reply.calls.resize(kMostCalls);
  for (std::size_t i = 0; i < reply.calls.size(); ++i)  // two calls of one id cannot be told apart
    for (std::size_t n = 0; n < i; ++n)
      if (reply.calls[n].id == reply.calls[i].id) reply.calls[i].id += "_" + std::to_string(i);
  std::string text = masked(reply.text);
  std::vector<ModelCall> shown = reply.calls;  // whoever reads or keeps them gets them without secrets; the tool, as they came
  for (ModelCall& call : shown) call.arguments = shown_arguments(call.arguments);
  if (auto status = journal_.calls(text, shown, std::exchange(events_, {}), result_); !status) return status;
  messages_.push_back({.role = "assistant", .text = std::move(text), .calls = shown});
  for (std::size_t i = 0; i < shown.size(); ++i)
    if (auto status = call_tool(reply.calls[i], shown[i]); !status) return status;
  return {};
}

/// What a call gives: of the tool itself, or why it was not made.
ToolOutput TurnWork::output_of(const ModelCall& call, const ModelCall& shown, std::vector<AuditEvent>& events, AuditEvent& event) {
  const auto found = parts_.tools.find(request_.agent, call.tool);
  if (!found) return {.text = "there is no tool \"" + call.tool + "\"", .failed = true};
  event.tool_name = found->info.known_as();
  auto arguments = JsonDocument::parse(call.arguments);
  if (!arguments) return {.text = "the arguments are no JSON: " + arguments.error().message(), .failed = true};
  if (arguments->root().kind() != JsonKind::object) return {.text = "the arguments must be a JSON object", .failed = true};
  GateDecision decision = gate_.decide(found->info, arguments->root(), result_.iterations, cancel_, hooks_);
  events = std::move(decision.events);
  if (!decision.open) {
    event.status = "denied";
    return {.text = "denied: " + decision.why, .failed = true};
  }
  if (cancel_.cancelled()) return {.text = "interrupted: " + cancel_.why(), .failed = true};
  tell(TurnProgress::Kind::tool_call, found->info.name, shown.arguments);
  const ToolRun run{.agent = request_.agent,
                    .session_key = request_.session_key,
                    .run_id = request_.run_id,
                    .trace_id = request_.trace_id,
                    .origin = request_.origin,
                    .channel = request_.channel,
                    .cancel = cancel_};
  return found->source->call(run, found->info.name, arguments->root());
}

/// `shown`: the same call without secrets.
Status TurnWork::call_tool(const ModelCall& call, const ModelCall& shown) {
  const auto begin = Steady::now();
  std::vector<AuditEvent> events;
  AuditEvent event = journal_.event("tool_call", result_.iterations);
  event.tool_name = call.tool;
  ToolOutput output = output_of(call, shown, events, event);
  ++result_.tool_calls;
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
  tell(TurnProgress::Kind::tool_result, call.tool, output.text);
  if (auto status = journal_.outcome(shown, output.text, std::move(events), result_); !status) return status;
  messages_.push_back({.role = "tool", .text = std::move(output.text), .call_id = call.id});
  if (cancel_.cancelled()) return fail(Code::unavailable, cancel_.why());
  return {};
}

void TurnWork::finish(const Status& status) {
  if (status) {
    result_.ok = true;
    AuditEvent out = journal_.event("message_out");
    out.message = cut_text(result_.answer, kMostOfEvent);
    events_.push_back(std::move(out));
    return;
  }
  result_.interrupted = cancel_.cancelled();
  result_.code = status.error().code();
  result_.error = result_.interrupted ? "interrupted: " + cancel_.why() : masked(status.error().message());
  AuditEvent event = journal_.event("error");
  event.status = "error";
  event.message = cut_text(result_.error, kMostOfEvent);
  events_.push_back(std::move(event));
}

/// The end must reach the disk; a disk that refuses now may take it later. Only a stop of the runtime ends the attempts: the next start
/// settles the turn then.
void TurnWork::write_end() {
  while (true) {
    if (journal_.end(hooks_, result_, events_)) {
      result_.recorded = true;
      return;
    }
    if (!cancel_.pause(kRetryEndMs)) return;
  }
}

}  // namespace facio::serve
