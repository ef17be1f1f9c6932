#include "commands/facio/chat/server/service.hpp"

#include <algorithm>
#include <vector>

#include "cli/core/encoding.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/text.hpp"
#include "cli/core/time.hpp"
#include "cli/core/utf8.hpp"
#include "commands/serve/clock.hpp"
#include "commands/serve/overload.hpp"
#include "commands/facio/runtime/turn.hpp"
#include "commands/facio/settings/server/service.hpp"

namespace facio {
namespace {

/// The model's name when none is set, which is always accepted.
constexpr std::string_view kOwnName = "facio";

/// The text of a message: a string, or an array of text parts.
Result<std::string> asked_text(JsonRef content) {
  const std::string where = "messages[0].content";
  if (content.is(JsonKind::string)) {
    if (is_blank(content.string())) return reject_field(where, "must not be blank");
    return content.string();
  }
  if (!content.is(JsonKind::array)) return reject_field(where, "must be text or an array of parts");
  std::string text;
  for (std::size_t i = 0; i < content.size(); ++i) {
    const JsonRef part = content.at(i);
    const std::string place = where + "[" + std::to_string(i) + "]";
    if (part.kind() != JsonKind::object) return reject_field(place, "must be an object with type and text");
    const JsonRef type = part.get("type");
    if (!type.is(JsonKind::string) || type.string() != "text")
      return reject_field(place + ".type", "must be text; the agent accepts no other parts");
    const JsonRef piece = part.get("text");
    if (!piece.is(JsonKind::string)) return reject_field(place + ".text", "must be text");
    if (!text.empty()) text += '\n';
    text += piece.string();
  }
  if (is_blank(text)) return reject_field(where, "must not be blank");
  return text;
}

/// The class of a failed turn in this interface. One that has begun has a class that nobody repeats.
Code code_of(const serve::TurnResult& result) {
  switch (result.code) {
    case Code::rejected:
    case Code::forbidden: return result.code;
    case Code::usage: return Code::rejected;  // a command that does not exist
    case Code::throttled:
    case Code::unavailable: return result.begun ? Code::turn_failed : result.code;
    default: return Code::turn_failed;
  }
}

/// What this agent does not do. A value that asks for nothing is none.
struct NotDone {
  std::string_view name, why;
  bool (*asks)(JsonRef value);
};
constexpr std::string_view kOwnTools = "the agent has tools of its own, and calls them itself";
constexpr std::string_view kOnlyText = "the agent answers in plain text";

bool asks_at_all(JsonRef) { return true; }
bool asks_for_some(JsonRef value) { return value.kind() != JsonKind::array || value.size() > 0; }
bool asks_for_a_call(JsonRef value) { return value.text() != "none" && value.text() != "auto"; }
bool asks_for_form(JsonRef value) { return value.get("type").text() != "text"; }
bool asks_for_numbers(JsonRef value) { return !value.is(JsonKind::boolean) || value.boolean(); }
bool asks_for_more_than_text(JsonRef value) { return value.kind() != JsonKind::array || value.size() != 1 || value.at(0).text() != "text"; }

constexpr NotDone kNotDone[] = {
    {"tools", kOwnTools, asks_for_some},
    {"functions", kOwnTools, asks_for_some},
    {"tool_choice", kOwnTools, asks_for_a_call},
    {"function_call", kOwnTools, asks_for_a_call},
    {"response_format", kOnlyText, asks_for_form},
    {"logprobs", kOnlyText, asks_for_numbers},
    {"top_logprobs", kOnlyText, asks_at_all},
    {"modalities", kOnlyText, asks_for_more_than_text},
    {"audio", kOnlyText, asks_at_all},
};

Status check_only_what_is_done(JsonRef body) {
  for (const NotDone& one : kNotDone)
    if (const JsonRef value = body.get(one.name); value && !value.is_null() && one.asks(value))
      return reject_field(std::string(one.name), "is not supported here: " + std::string(one.why));
  return {};
}

}  // namespace

ChatService::ChatService(const serve::ServiceContext& context, serve::AgentTurn& turns, std::int64_t timeout_ms)
    : base_(context), turns_(turns), timeout_ms_(timeout_ms), started_ms_(context.clock.now_ms()) {}

Status ChatService::start() {
  return alarm_.start([this](serve::AlarmClock::Jump) { give_up(); });
}

std::string ChatService::model(std::string_view agent) const {
  std::string name = base_.settings.model(agent);
  return name.empty() ? std::string(kOwnName) : name;
}

/// Whoever takes it answers; nothing when it was answered already.
std::optional<ChatService::Waiting> ChatService::take(std::string_view run) {
  const std::lock_guard lock(mutex_);
  const auto found = waiting_.find(run);
  if (found == waiting_.end()) return std::nullopt;
  return std::move(waiting_.extract(found).mapped());
}

void ChatService::give_up() {
  std::vector<std::string> late;
  {
    const std::lock_guard lock(mutex_);
    std::optional<std::int64_t> next;
    for (const auto& [run, one] : waiting_)
      if (one.deadline_ms <= base_.clock.elapsed_ms()) late.push_back(run);
      else next = std::min(next.value_or(INT64_MAX), base_.clock.now_ms() + one.deadline_ms - base_.clock.elapsed_ms());
    alarm_.set(next);
  }
  for (const std::string& run : late) {
    auto one = take(run);
    if (!one) continue;
    turns_.cancel_run(one->agent, run);
    one->done(fail(Code::turn_failed, "the agent did not answer within " + format_duration(timeout_ms_) + "; run " + run + " was cut off"));
  }
}

void ChatService::ended(const std::string& run, const serve::TurnResult& result) {
  auto one = take(run);
  if (!one) return;
  if (!result.ok) {
    std::string why = result.error.empty() ? "the run " + run + " failed" : result.error;
    if (result.wait_s != 0) return one->done(fail(serve::overloaded(code_of(result), std::move(why), result.wait_s)));
    return one->done(fail(code_of(result), std::move(why)));
  }
  ChatReply reply;
  reply.id = "chatcmpl-" + run;
  reply.object = "chat.completion";
  reply.created = base_.clock.now_ms() / 1000;
  reply.model = one->model;
  ChatChoice& choice = reply.choices.emplace_back();
  choice.message.role = "assistant";
  choice.message.content = RawJson{to_json(result.answer)};
  choice.finish_reason = "stop";
  reply.usage = ChatUsage{.prompt_tokens = result.prompt_tokens,
                          .completion_tokens = result.completion_tokens,
                          .total_tokens = result.prompt_tokens + result.completion_tokens};
  one->done(std::move(reply));
}

/// The run has ended, and the store cannot say so for a while.
void ChatService::unrecorded(const std::string& run, const Error& why) {
  if (auto one = take(run))
    one->done(fail(Code::turn_failed, "run " + run + " has ended, but its end cannot be recorded now: " + why.message() +
                                          "; it will be recorded as soon as possible"));
}

ChatModelList ChatService::models(std::string_view agent) const {
  return {.object = "list",
          .data = {{.id = model(agent), .object = "model", .created = started_ms_ / 1000, .owned_by = std::string(kOwnName)}}};
}

Result<ChatModel> ChatService::one_model(std::string_view agent, std::string_view id) const {
  ChatModel known = models(agent).data.front();
  if (id != known.id && id != kOwnName)
    return fail_field(Code::not_found, "model", "there is no model \"" + cut_text(std::string(id), 200) + "\" here, only " + known.id);
  known.id = std::string(id);
  return known;
}

Result<ChatQuestion> ChatService::read(std::string_view agent, JsonRef body) const {
  if (const JsonRef count = body.get("n"); !count.is_null() && (count.kind() != JsonKind::integer || count.integer() != 1))
    return reject_field("n", "must be 1; the agent gives one answer");
  if (auto status = check_only_what_is_done(body); !status) return fail(std::move(status.error()));
  const JsonRef messages = body.get("messages");
  auto text = asked_text(messages.at(0).get("content"));
  if (!text) return fail(std::move(text.error()));
  if (const JsonRef model = body.get("model"); !model.is_null()) {
    const std::string known = this->model(agent);
    if (model.string() != known && model.string() != kOwnName)
      return reject_field("model", "there is no model \"" + model.string().substr(0, 200) + "\" here; leave it out, or ask for " + known);
  }
  ChatQuestion question{.message = std::move(*text), .session_key = std::string(serve::kDefaultSession)};
  if (const JsonRef session = body.get("session_id"); !session.is_null()) {
    question.session_key = "api:" + session.string();
  }
  return question;
}

std::string ChatService::ask(std::string_view agent, ChatQuestion question, UniqueFunction<void(Result<ChatReply>)> done) {
  serve::TurnRequest request{{.agent = std::string(agent),
                              .session_key = std::move(question.session_key),
                              .run_id = random_hex(8),
                              .trace_id = random_hex(8),
                              .origin = "api",
                              .channel = "api"},
                             std::move(question.message)};
  request.trusted = question.trusted;
  request.anonymous = !question.trusted;
  request.source = std::move(question.source);
  std::string run = request.run_id;
  {
    const std::lock_guard lock(mutex_);
    const std::int64_t deadline = base_.clock.elapsed_ms() + timeout_ms_;
    // All wait equally long, so the first one is always the next to be late. The alarm may ring for one that was answered.
    if (waiting_.empty()) alarm_.set(base_.clock.now_ms() + timeout_ms_);
    waiting_.emplace(run, Waiting{request.agent, model(agent), deadline, std::move(done)});
  }
  try {
    serve::TurnHooks hooks;
    hooks.unrecorded = [this, run](const serve::TurnResult&, const Error& why) { unrecorded(run, why); };
    turns_.run(std::move(request), std::move(hooks), [this, run](const serve::TurnResult& result) { ended(run, result); });
  } catch (...) {
    (void)take(run);  // whoever waits is answered by the caller
    throw;
  }
  return run;
}

void ChatService::abandon(std::string_view run) {
  std::string agent;
  {
    const std::lock_guard lock(mutex_);
    const auto found = waiting_.find(run);
    if (found == waiting_.end()) return;
    agent = found->second.agent;
  }
  turns_.cancel_run(agent, run, "its client has disconnected");
}

}  // namespace facio
