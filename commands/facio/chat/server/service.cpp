#include "commands/facio/chat/server/service.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <vector>

#include "cli/core/encoding.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/text.hpp"
#include "cli/core/time.hpp"
#include "commands/serve/alarm_clock.hpp"
#include "commands/serve/clock.hpp"
#include "commands/facio/runtime/turn.hpp"
#include "commands/facio/settings/server/service.hpp"

namespace facio {
namespace {

/// What the agent is called where no model is set, and what it always answers to.
constexpr std::string_view kOwnName = "facio";

/// The text of a message: a string, or an array of parts that are text.
Result<std::string> asked_text(JsonRef content) {
  constexpr std::string_view kWhere = "messages[0].content";
  if (content.is(JsonKind::string)) {
    if (is_blank(content.string())) return reject_field(std::string(kWhere), "must not be blank");
    return content.string();
  }
  if (!content.is(JsonKind::array)) return reject_field(std::string(kWhere), "must be a text or an array of parts");
  std::string text;
  for (std::size_t i = 0; i < content.size(); ++i) {
    const JsonRef part = content.at(i);
    const std::string where = std::string(kWhere) + "[" + std::to_string(i) + "]";
    if (part.kind() != JsonKind::object) return reject_field(where, "must be an object with type and text");
    const JsonRef type = part.get("type");
    if (!type.is(JsonKind::string) || type.string() != "text")
      return reject_field(where + ".type", "must be text: the agent takes no other parts");
    const JsonRef piece = part.get("text");
    if (!piece.is(JsonKind::string)) return reject_field(where + ".text", "must be a text");
    if (!text.empty()) text += '\n';
    text += piece.string();
  }
  if (is_blank(text)) return reject_field(std::string(kWhere), "must not be blank");
  return text;
}

Status check_session(std::string_view id) {
  if (std::ranges::any_of(id, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }))
    return reject_field("session_id", "must not hold control characters");
  return {};
}

/// The class of a failed turn, as this interface tells it.
Code code_of(const serve::TurnResult& result) {
  if (result.interrupted) return Code::upstream_failed;
  switch (result.code) {
    case Code::rejected:
    case Code::unavailable:
    case Code::upstream_timeout: return result.code;
    case Code::timeout: return Code::upstream_timeout;
    default: return Code::upstream_failed;
  }
}

}  // namespace

struct ChatService::Impl {
  /// A turn that somebody waits for.
  struct Asked {
    std::string agent;
    std::string model;
    std::int64_t deadline_ms = 0;
    UniqueFunction<void(Result<ChatReply>)> done;
  };

  const serve::ServiceContext& base;
  serve::AgentTurn& turns;
  std::int64_t timeout_ms;
  std::int64_t started_ms;
  std::mutex mutex;
  std::map<std::string, Asked, std::less<>> asked;  ///< by run
  serve::AlarmClock alarm;                          ///< ends before what its thread uses

  [[nodiscard]] std::string model(std::string_view agent) const {
    std::string name = base.settings.model(agent);
    return name.empty() ? std::string(kOwnName) : name;
  }

  /// All have the same time, so a further one is never the next to be late. Rings for nothing when the next was answered.
  void add(std::string run, Asked one) {
    const std::lock_guard lock(mutex);
    if (asked.empty()) alarm.set(one.deadline_ms);
    asked.emplace(std::move(run), std::move(one));
  }

  /// Whoever takes it answers; nothing when it was answered already.
  std::optional<Asked> take(std::string_view run) {
    const std::lock_guard lock(mutex);
    const auto found = asked.find(run);
    if (found == asked.end()) return std::nullopt;
    Asked one = std::move(found->second);
    asked.erase(found);
    return one;
  }

  void give_up() {
    std::vector<std::string> late;
    {
      const std::lock_guard lock(mutex);
      std::optional<std::int64_t> next;
      for (const auto& [run, one] : asked)
        if (one.deadline_ms <= base.clock.now_ms()) late.push_back(run);
        else next = std::min(next.value_or(one.deadline_ms), one.deadline_ms);
      alarm.set(next);
    }
    for (const std::string& run : late) {
      auto one = take(run);
      if (!one) continue;
      turns.cancel_run(one->agent, run);
      one->done(
          fail(Code::upstream_timeout, "the agent did not answer within " + format_duration(timeout_ms) + "; run " + run + " was cut off"));
    }
  }

  void ended(const std::string& run, serve::TurnResult result) {
    auto one = take(run);
    if (!one) return;
    if (!result.ok) return one->done(fail(code_of(result), result.error.empty() ? "the run " + run + " failed" : std::move(result.error)));
    ChatReply reply;
    reply.id = "chatcmpl-" + run;
    reply.object = "chat.completion";
    reply.created = base.clock.now_ms() / 1000;
    reply.model = one->model;
    ChatChoice choice;
    choice.message.role = "assistant";
    choice.message.content = RawJson{to_json(result.answer)};
    choice.finish_reason = "stop";
    reply.choices.push_back(std::move(choice));
    reply.usage = ChatUsage{.prompt_tokens = result.prompt_tokens,
                            .completion_tokens = result.completion_tokens,
                            .total_tokens = result.prompt_tokens + result.completion_tokens};
    one->done(std::move(reply));
  }
};

ChatService::ChatService(const serve::ServiceContext& context, serve::AgentTurn& turns, std::int64_t timeout_ms)
    : impl_(new Impl{.base = context,
                     .turns = turns,
                     .timeout_ms = timeout_ms,
                     .started_ms = context.clock.now_ms(),
                     .mutex = {},
                     .asked = {},
                     .alarm = {}}) {}
ChatService::~ChatService() = default;

Status ChatService::start() {
  return impl_->alarm.start([impl = impl_.get()](bool) { impl->give_up(); });
}

ChatModelList ChatService::models(std::string_view agent) const {
  ChatModelList list;
  list.object = "list";
  ChatModel model;
  model.id = impl_->model(agent);
  model.object = "model";
  model.created = impl_->started_ms / 1000;
  model.owned_by = std::string(kOwnName);
  list.data.push_back(std::move(model));
  return list;
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
    const std::string known = impl_->model(agent);
    if (model.string() != known && model.string() != kOwnName)
      return reject_field("model", "there is no model \"" + model.string().substr(0, 200) + "\" here; leave it out, or ask for " + known);
  }
  ChatQuestion question{.message = std::move(*text), .session_key = std::string(serve::kDefaultSession)};
  if (const JsonRef session = body.get("session_id"); !session.is_null()) {
    if (auto status = check_session(session.string()); !status) return fail(std::move(status.error()));
    question.session_key = "api:" + session.string();
  }
  return question;
}

void ChatService::ask(std::string_view agent, ChatQuestion question, UniqueFunction<void(Result<ChatReply>)> done) {
  serve::TurnRequest request{.agent = std::string(agent),
                             .run_id = random_hex(8),
                             .trace_id = random_hex(8),
                             .session_key = std::move(question.session_key),
                             .origin = "api",
                             .channel = "api",
                             .message = std::move(question.message),
                             .trusted = question.trusted};
  const std::string run = request.run_id;
  impl_->add(run, {.agent = request.agent,
                   .model = impl_->model(agent),
                   .deadline_ms = impl_->base.clock.now_ms() + impl_->timeout_ms,
                   .done = std::move(done)});
  impl_->turns.run(std::move(request), [impl = impl_.get(), run](serve::TurnResult result) { impl->ended(run, std::move(result)); });
}

}  // namespace facio
