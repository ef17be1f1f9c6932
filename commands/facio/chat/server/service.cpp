#include "commands/facio/chat/server/service.hpp"

#include <algorithm>
#include <vector>

#include "cli/core/encoding.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/text.hpp"
#include "cli/core/time.hpp"
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
  if (!content.is(JsonKind::array)) return reject_field(where, "must be a text or an array of parts");
  std::string text;
  for (std::size_t i = 0; i < content.size(); ++i) {
    const JsonRef part = content.at(i);
    const std::string place = where + "[" + std::to_string(i) + "]";
    if (part.kind() != JsonKind::object) return reject_field(place, "must be an object with type and text");
    const JsonRef type = part.get("type");
    if (!type.is(JsonKind::string) || type.string() != "text")
      return reject_field(place + ".type", "must be text: the agent takes no other parts");
    const JsonRef piece = part.get("text");
    if (!piece.is(JsonKind::string)) return reject_field(place + ".text", "must be a text");
    if (!text.empty()) text += '\n';
    text += piece.string();
  }
  if (is_blank(text)) return reject_field(where, "must not be blank");
  return text;
}

/// The class of a failed turn in this interface.
Code code_of(const serve::TurnResult& result) {
  if (result.interrupted) return Code::upstream_failed;
  switch (result.code) {
    case Code::rejected:
    case Code::forbidden:
    case Code::throttled:
    case Code::unavailable:
    case Code::upstream_timeout: return result.code;
    case Code::timeout: return Code::upstream_timeout;
    default: return Code::upstream_failed;
  }
}

}  // namespace

ChatService::ChatService(const serve::ServiceContext& context, serve::AgentTurn& turns, std::int64_t timeout_ms)
    : base_(context), turns_(turns), timeout_ms_(timeout_ms), started_ms_(context.clock.now_ms()) {}

Status ChatService::start() {
  return alarm_.start([this](bool) { give_up(); });
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
      if (one.deadline_ms <= base_.clock.now_ms()) late.push_back(run);
      else next = std::min(next.value_or(one.deadline_ms), one.deadline_ms);
    alarm_.set(next);
  }
  for (const std::string& run : late) {
    auto one = take(run);
    if (!one) continue;
    turns_.cancel_run(one->agent, run);
    one->done(
        fail(Code::upstream_timeout, "the agent did not answer within " + format_duration(timeout_ms_) + "; run " + run + " was cut off"));
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

ChatModelList ChatService::models(std::string_view agent) const {
  return {.object = "list",
          .data = {{.id = model(agent), .object = "model", .created = started_ms_ / 1000, .owned_by = std::string(kOwnName)}}};
}

Result<ChatQuestion> ChatService::read(std::string_view agent, JsonRef body) const {
  if (const JsonRef stream = body.get("stream"); !stream.is_null() && stream.boolean())
    return reject_field("stream", "must not be true: the answer comes whole");
  if (const JsonRef count = body.get("n"); !count.is_null() && (count.kind() != JsonKind::integer || count.integer() != 1))
    return reject_field("n", "must be 1: the agent gives one answer");
  const JsonRef messages = body.get("messages");
  if (messages.size() != 1)
    return reject_field("messages", "must hold exactly one message of the user, not " + std::to_string(messages.size()) +
                                        ": the agent keeps the history itself, by session_id");
  if (messages.at(0).get("role").string() != "user") return reject_field("messages[0].role", "must be user");
  auto text = asked_text(messages.at(0).get("content"));
  if (!text) return fail(std::move(text.error()));
  if (const JsonRef model = body.get("model"); !model.is_null()) {
    const std::string known = this->model(agent);
    if (model.string() != known && model.string() != kOwnName)
      return reject_field("model", "there is no model \"" + model.string().substr(0, 200) + "\" here; leave it out, or ask for " + known);
  }
  ChatQuestion question{.message = std::move(*text), .session_key = std::string(serve::kDefaultSession)};
  if (const JsonRef session = body.get("session_id"); !session.is_null()) {
    if (std::ranges::any_of(session.string(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }))
      return reject_field("session_id", "must not hold control characters");
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
    const std::int64_t deadline = base_.clock.now_ms() + timeout_ms_;
    // All wait equally long, so the first one is always the next to be late. The alarm may ring for one that was answered.
    if (waiting_.empty()) alarm_.set(deadline);
    waiting_.emplace(run, Waiting{request.agent, model(agent), deadline, std::move(done)});
  }
  try {
    turns_.run(std::move(request), [this, run](const serve::TurnResult& result) { ended(run, result); });
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
  turns_.cancel_run(agent, run, "its client has gone away");
}

}  // namespace facio
