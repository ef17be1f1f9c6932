#include "commands/facio/runtime/models/reply_builder.hpp"

#include <algorithm>

#include "cli/core/text.hpp"
#include "commands/facio/runtime/models/openai_wire.hpp"

namespace facio::serve {
namespace {

using EndKind = ProviderFailure::Kind;

/// Members of a message that hold thinking, open or sealed, and what else its provider wants back.
constexpr std::string_view kThinkingMembers[] = {"reasoning_content", "reasoning", "reasoning_text", "thinking"};
constexpr std::string_view kMessageExtras[] = {"reasoning_details", "reasoning_opaque",  "thinking_blocks",
                                               "extra_content",     "thought_signature", "provider_specific_fields"};

/// Values of finish_reason after which there is no answer, whatever came before.
constexpr std::string_view kHeldBack[] = {"content_filter", "safety", "recitation", "blocklist", "prohibited_content", "spii", "sensitive"};
constexpr std::string_view kBrokenOff[] = {
    "error", "failed", "abort", "timeout", "network_error", "insufficient_system_resource", "malformed_function_call"};
constexpr std::string_view kCutOff[] = {"length", "max_tokens", "model_length", "max_output_tokens"};

template <class List>
bool is_one_of(const List& list, std::string_view word) {
  return std::ranges::find(list, word) != std::end(list);
}

std::int64_t count(JsonRef object, std::string_view name) {
  const JsonRef found = object.get(name);
  return found.is(JsonKind::integer) ? std::max<std::int64_t>(0, found.integer()) : 0;
}

void read_usage(JsonRef usage, ModelReply& reply) {
  if (!usage.is(JsonKind::object)) return;
  reply.prompt_tokens = count(usage, "prompt_tokens");
  reply.completion_tokens = count(usage, "completion_tokens");
  reply.cached_tokens = count(usage.get("prompt_tokens_details"), "cached_tokens");
}

/// The first choice by its index; providers may send others.
JsonRef first_choice(JsonRef choices) {
  for (std::size_t i = 0; choices.is(JsonKind::array) && i < choices.size(); ++i)
    if (const JsonRef index = choices.at(i).get("index"); !index.is(JsonKind::integer) || index.integer() == 0) return choices.at(i);
  return {};
}

bool is_thinking(std::string_view type) {
  return type.find("thinking") != std::string_view::npos || type.find("reasoning") != std::string_view::npos;
}

}  // namespace

tl::unexpected<Error> ReplyBuilder::failed(std::string words, EndKind kind) {
  kind_ = kind;
  return fail(Code::upstream_failed, std::move(words));
}

tl::unexpected<Error> ReplyBuilder::failed(const ProviderFailure& failure) {
  kind_ = kind_of(failure);
  return fail(error_of(failure, "the provider failed"));
}

void ReplyBuilder::add_text(std::string_view text) {
  const std::string whole = halves_.add(text);
  raw_ += whole;
  reply_.text += splitter_.add(whole);
}

/// A text, or a list of parts, each a text or thinking.
void ReplyBuilder::add_content(JsonRef content, int levels) {
  if (content.is_null() || levels == 0) return;
  if (content.kind() == JsonKind::string) return add_text(content.string());
  if (content.kind() == JsonKind::array)
    for (std::size_t i = 0; i < content.size(); ++i) add_content(content.at(i), levels - 1);
  if (content.kind() != JsonKind::object) return;
  if (is_thinking(content.get("type").text())) {
    thought_ = true;
    return;
  }
  for (const std::string_view name : {"text", "refusal", "content"})
    if (!content.get(name).is_null()) return add_content(content.get(name), levels - 1);
}

/// A message, or the part of one that a piece brings.
void ReplyBuilder::add_message(JsonRef message) {
  add_content(message.get("content"));
  if (const JsonRef refusal = message.get("refusal"); refusal.is(JsonKind::string)) add_text(refusal.string());
  for (const std::string_view name : kThinkingMembers) {
    const JsonRef thinking = message.get(name);
    if (thinking.is(JsonKind::string) && !is_blank(std::string_view(thinking.string()))) thought_ = true;
    back_.add(name, thinking);
  }
  for (const std::string_view name : kMessageExtras) back_.add(name, message.get(name));
  if (const JsonRef calls = message.get("tool_calls"); !calls.is_null()) calls_.add(calls);
  if (const JsonRef function = message.get("function_call"); !function.is_null()) calls_.add_function(function);
}

Status ReplyBuilder::add_object(JsonRef object) {
  if (const auto failure = failure_in(object)) return failed(*failure);
  read_usage(object.get("usage"), reply_);
  const JsonRef choice = first_choice(object.get("choices"));
  if (!choice) return {};
  read_usage(choice.get("usage"), reply_);
  const JsonRef delta = choice.get("delta"), message = choice.get("message");
  // A whole message at the end of a stream repeats what came in pieces.
  if (delta.is(JsonKind::object)) add_message(delta);
  else if (message.is(JsonKind::object) && !began_) add_message(message);
  began_ = began_ || !raw_.empty();
  if (const std::string& reason = choice.get("finish_reason").text(); !reason.empty()) end_ = lower(reason);
  return {};
}

void ReplyBuilder::pass_on(TextPiece& piece) {
  if (!piece || passed_ == reply_.text.size()) return;
  piece(std::string_view(reply_.text).substr(passed_));
  passed_ = reply_.text.size();
  passed_on_ = true;
}

Status ReplyBuilder::add(std::string_view data, TextPiece& piece, bool is_error) {
  if (trimmed(data) == "[DONE]") {
    done_ = true;
    return {};
  }
  auto document = JsonDocument::parse(data);
  if (!document) document = JsonDocument::parse(json_with_halves(data));
  if (is_error) {
    const auto told = document ? failure_in(document->root()) : std::nullopt;
    return failed(told ? *told : failure_of(data, 0));
  }
  if (!document && data.find('\n') != std::string_view::npos) {  // events that lack the empty lines between them
    for (std::string_view rest = data; !rest.empty() && !done_;)
      if (const std::string_view line = split_off(rest, '\n'); !is_blank(line))
        if (auto added = add(line, piece); !added) return added;
    return {};
  }
  if (!document || document->root().kind() != JsonKind::object)
    return failed("part of the provider's answer is not a JSON object", EndKind::passing);
  if (auto added = add_object(document->root()); !added) return added;
  pass_on(piece);
  return {};
}

Status ReplyBuilder::add_whole(JsonRef answer) {
  if (answer.is(JsonKind::array) && answer.size() == 1) answer = answer.at(0);
  if (auto added = add_object(answer); !added) return added;
  const JsonRef choice = first_choice(answer.get("choices"));
  if (!choice.get("message").is(JsonKind::object) && !choice.get("delta").is(JsonKind::object))
    return failed("the provider's answer contains no message", EndKind::lasting);
  done_ = true;
  return {};
}

/// Whether what has come is an answer.
Status ReplyBuilder::judge_end() {
  const std::string named = end_.empty() ? std::string() : " (finish_reason " + end_ + ")";
  if (is_one_of(kHeldBack, end_)) return failed("the provider withheld its answer" + named, EndKind::lasting);
  if (is_one_of(kBrokenOff, end_)) return failed("the provider cut its answer short" + named, EndKind::passing);
  if (!reply_.calls.empty() || !is_blank(std::string_view(reply_.text))) return {};
  const bool thought = thought_ || splitter_.thought();
  return failed("the provider gave no answer" + std::string(thought ? ", only thinking" : "") + named,
                end_.empty() ? EndKind::passing : EndKind::lasting);
}

Result<ModelReply> ReplyBuilder::take(TextPiece& piece) {
  if (end_.empty() && !done_) return failed("the provider's answer ended too early", EndKind::passing);
  const std::string rest = halves_.finish();
  raw_ += rest;
  reply_.text += splitter_.add(rest) + splitter_.finish();
  pass_on(piece);
  reply_.text = without_open_thinking(std::move(reply_.text));
  reply_.calls = calls_.take();
  reply_.cut = is_one_of(kCutOff, end_);
  if (auto good = judge_end(); !good) return fail(std::move(good.error()));
  if (reply_.text != raw_) {  // with the thinking in it
    std::string json;
    append_json_string(json, raw_);
    if (const auto document = JsonDocument::parse(json)) back_.add("content", document->root());
  }
  reply_.back = back_.take();
  return std::move(reply_);
}

}  // namespace facio::serve
