#include "commands/facio/runtime/models/openai_wire.hpp"

#include <algorithm>

#include "cli/catalogue/json_writer.hpp"
#include "cli/core/text.hpp"
#include "cli/http/media.hpp"

namespace facio::serve {
namespace {

/// What a line of a stream of events begins with.
constexpr std::string_view kFieldNames[] = {"data:", "event:", "id:", "retry:", "error:"};
constexpr std::size_t kLongestFieldName = 6;

/// A call as a provider gave it, with what it wants back.
std::string call_of_provider(const ModelCall& call, bool extras) {
  std::string json = call_json(call);
  if (!extras || call.extra.empty()) return json;
  auto document = JsonDocument::parse(json);
  const auto extra = JsonDocument::parse(call.extra);
  if (!document || !extra) return json;
  document->merge(extra->root());
  return document->dump();
}

void add_message(JsonWriter& out, const ModelMessage& message, const ProviderQuirks::Known& known) {
  const bool extras = !known.no_thinking_back;
  const auto back = extras && !message.back.empty() ? JsonDocument::parse(message.back) : Result<JsonDocument>(JsonDocument::object());
  const JsonRef more = back ? back->root() : JsonRef();
  out.begin_object().member("role", message.role).key("content");
  if (const JsonRef content = more.get("content")) out.raw(content.dump());
  else if (message.text.empty() && !message.calls.empty()) out.raw("null");
  else out.value(message.text);
  if (!message.calls.empty()) {
    out.key("tool_calls").begin_array();
    for (const ModelCall& call : message.calls) out.raw(call_of_provider(call, extras));
    out.end_array();
  }
  if (message.role == "tool") out.member("tool_call_id", message.call_id);
  for (std::size_t i = 0; i < more.size(); ++i)
    if (more.name_at(i) != "content") out.key(more.name_at(i)).raw(more.at(i).dump());
  // Of an earlier turn, whose thinking is not kept.
  if (known.needs_thinking_back && !message.calls.empty() && !more.get("reasoning_content")) out.member("reasoning_content", "");
  out.end_object();
}

/// All messages, or the last one of the user.
std::string messages_json(const ModelRequest& request, const ProviderQuirks::Known& known) {
  const auto last = std::ranges::find(request.messages.rbegin(), request.messages.rend(), "user", &ModelMessage::role);
  JsonWriter out;
  out.begin_array();
  for (const ModelMessage& message : request.messages)
    if (!known.one_message || (last != request.messages.rend() && &message == &*last)) add_message(out, message, known);
  return out.end_array().take();
}

std::string tools_json(const std::vector<ToolInfo>& tools) {
  JsonWriter out;
  out.begin_array();
  for (const ToolInfo& tool : tools) {
    out.begin_object().member("type", "function").key("function").begin_object().member("name", tool.name);
    out.member("description", tool.description).key("parameters");
    out.raw(tool.parameters.empty() ? R"({"type":"object","properties":{}})" : tool.parameters).end_object().end_object();
  }
  return out.end_array().take();
}

tl::unexpected<Error> failed(std::string words) { return fail(Code::upstream_failed, std::move(words)); }

}  // namespace

Error error_of(const ProviderFailure& failure, const std::string& what) {
  const bool too_long = kind_of(failure) == ProviderFailure::Kind::too_long;
  return {too_long ? Code::too_large : Code::upstream_failed,
          what + ": " + (failure.words.empty() ? "no reason was given" : failure.words)};
}

std::string request_body(const ModelRequest& request, const ProviderQuirks::Known& known, const std::string& extra_body) {
  JsonDocument body = JsonDocument::object();
  if (!known.one_message) body.set_string("model", request.model);
  (void)body.set_json("messages", messages_json(request, known));
  if (known.one_message) {
    if (!request.conversation.empty()) body.set_string("session_id", request.conversation);
    return body.dump();
  }
  if (!request.tools.empty()) (void)body.set_json("tools", tools_json(request.tools));
  if (!known.no_temperature) body.set_number("temperature", request.temperature);
  body.set_integer(known.new_token_limit ? "max_completion_tokens" : "max_tokens", request.max_tokens);
  if (!request.reasoning_effort.empty() && !known.no_reasoning_effort) body.set_string("reasoning_effort", request.reasoning_effort);
  if (!known.no_stream) {
    body.set_boolean("stream", true);
    if (!known.no_stream_options) body.set_boolean("stream_options.include_usage", true);
  }
  if (!extra_body.empty())
    if (const auto extra = JsonDocument::parse(extra_body)) body.merge(extra->root());
  return body.dump();
}

Result<ModelReply> reply_from(std::string_view body) {
  const http::Headers none;
  AnswerReader reader(none);
  TextPiece nobody;
  if (auto added = reader.add(body, nobody); !added) return fail(std::move(added.error()));
  return reader.take(nobody);
}

Status AnswerReader::add_events(std::string_view bytes, TextPiece& piece) {
  events_.feed(bytes);
  while (!reply_.done()) {
    const auto event = events_.next();
    if (!event) break;
    if (auto added = reply_.add(event->data, piece, event->type == "error"); !added) return added;
  }
  return {};
}

Status AnswerReader::add(std::string_view bytes, TextPiece& piece) {
  if (form_ == Form::events) return add_events(bytes, piece);
  begun_ += bytes;
  if (form_ == Form::whole) return {};
  std::string_view start = begun_;
  if (start.starts_with("\xEF\xBB\xBF")) start.remove_prefix(3);
  start = trimmed(start);
  if (start.size() < kLongestFieldName && start.find(':') == std::string_view::npos && !start.starts_with('{')) return {};
  const bool fields = std::ranges::any_of(kFieldNames, [&](std::string_view name) { return start.starts_with(name); });
  form_ = fields || start.starts_with(':') ? Form::events : Form::whole;
  return form_ == Form::events ? add_events(std::exchange(begun_, {}), piece) : Status{};
}

Result<ModelReply> AnswerReader::take(TextPiece& piece) {
  if (form_ == Form::events) {
    // The last event may lack the empty line after it. One that was cut is no event.
    if (auto added = add_events("\n\n", piece); !added && reply_.kind() != ProviderFailure::Kind::passing) return fail(added.error());
    return reply_.take(piece);
  }
  if (const std::string what = http::foreign_body(headers_, begun_); !what.empty()) {
    foreign_ = true;
    return failed("the provider's answer is " + what);
  }
  if (is_blank(std::string_view(begun_))) return failed("the provider's answer is empty");
  auto document = JsonDocument::parse(begun_);
  if (!document) document = JsonDocument::parse(json_with_halves(begun_));
  if (!document) {
    foreign_ = true;
    return failed("the provider's answer is not JSON");
  }
  TextPiece nobody;  // all of it is judged before any is passed on
  if (auto added = reply_.add_whole(document->root()); !added) return fail(std::move(added.error()));
  auto reply = reply_.take(nobody);
  if (reply && piece && !reply->text.empty()) piece(reply->text);
  return reply;
}

}  // namespace facio::serve
