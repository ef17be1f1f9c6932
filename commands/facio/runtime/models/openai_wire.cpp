#include "commands/facio/runtime/models/openai_wire.hpp"

#include <algorithm>

#include "cli/catalogue/json_writer.hpp"
#include "cli/core/encoding.hpp"
#include "cli/core/utf8.hpp"

namespace facio::serve {
namespace {

constexpr std::size_t kLongestText = 300;
constexpr std::size_t kMostCallsOfReply = 128;

std::int64_t count(JsonRef object, std::string_view name) {
  const JsonRef found = object.get(name);
  return found.is(JsonKind::integer) ? std::max<std::int64_t>(0, found.integer()) : 0;
}

void add_message(JsonWriter& out, const ModelMessage& message) {
  out.begin_object().member("role", message.role).key("content");
  if (message.text.empty() && !message.calls.empty()) out.raw("null");
  else out.value(message.text);
  if (!message.calls.empty()) {
    out.key("tool_calls").begin_array();
    for (const ModelCall& call : message.calls) out.raw(call_json(call));
    out.end_array();
  }
  if (message.role == "tool") out.member("tool_call_id", message.call_id);
  out.end_object();
}

/// All messages, or the last one of the user.
std::string messages_json(const ModelRequest& request, bool one) {
  const auto last = std::ranges::find(request.messages.rbegin(), request.messages.rend(), "user", &ModelMessage::role);
  JsonWriter out;
  out.begin_array();
  for (const ModelMessage& message : request.messages)
    if (!one || (last != request.messages.rend() && &message == &*last)) add_message(out, message);
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

void read_usage(JsonRef usage, ModelReply& reply) {
  if (usage.is_null()) return;
  reply.prompt_tokens = count(usage, "prompt_tokens");
  reply.completion_tokens = count(usage, "completion_tokens");
  reply.cached_tokens = count(usage.get("prompt_tokens_details"), "cached_tokens");
}

ModelCall call_from(JsonRef call) {
  ModelCall out{call.get("id").text(), call.get("function").get("name").text(), call.get("function").get("arguments").text()};
  if (out.id.empty()) out.id = "call_" + random_hex(8);
  if (const JsonRef arguments = call.get("function").get("arguments"); arguments.is(JsonKind::object)) out.arguments = arguments.dump();
  if (out.arguments.empty()) out.arguments = "{}";
  return out;
}

tl::unexpected<Error> failed(std::string words) { return fail(Code::upstream_failed, std::move(words)); }

}  // namespace

std::string request_body(const ModelRequest& request, const ProviderQuirks::Known& known, const std::string& extra_body) {
  JsonDocument body = JsonDocument::object();
  if (!known.one_message) body.set_string("model", request.model);
  (void)body.set_json("messages", messages_json(request, known.one_message));
  if (known.one_message) {
    if (!request.conversation.empty()) body.set_string("session_id", request.conversation);
    return body.dump();
  }
  if (!request.tools.empty()) (void)body.set_json("tools", tools_json(request.tools));
  if (!known.no_temperature) body.set_number("temperature", request.temperature);
  body.set_integer(known.new_token_limit ? "max_completion_tokens" : "max_tokens", request.max_tokens);
  if (!request.reasoning_effort.empty()) body.set_string("reasoning_effort", request.reasoning_effort);
  if (!known.no_stream) {
    body.set_boolean("stream", true);
    if (!known.no_stream_options) body.set_boolean("stream_options.include_usage", true);
  }
  if (!extra_body.empty())
    if (const auto extra = JsonDocument::parse(extra_body)) body.merge(extra->root());
  return body.dump();
}

Result<ModelReply> reply_from(std::string_view body) {
  auto document = JsonDocument::parse(body);
  if (!document) return failed("the provider's answer is no JSON");
  const JsonRef root = document->root();
  const JsonRef choice = root.get("choices").at(0);
  if (!choice || !choice.get("message")) {
    const std::string words = refusal_text(body);
    return failed(words.empty() ? "the provider's answer holds no message" : "the provider failed: " + words);
  }
  const JsonRef message = choice.get("message");
  ModelReply reply;
  reply.text = message.get("content").text();
  const JsonRef calls = message.get("tool_calls");
  for (std::size_t i = 0; calls && i < std::min(calls.size(), kMostCallsOfReply); ++i) reply.calls.push_back(call_from(calls.at(i)));
  reply.cut = choice.get("finish_reason").text() == "length";
  read_usage(root.get("usage"), reply);
  return reply;
}

void ReplyBuilder::add_calls(JsonRef calls) {
  for (std::size_t i = 0; calls && i < calls.size(); ++i) {
    const JsonRef one = calls.at(i);
    const JsonRef index = one.get("index");
    const std::int64_t place = index.is(JsonKind::integer) ? index.integer() : static_cast<std::int64_t>(i);
    if (calls_.size() >= kMostCallsOfReply && !calls_.contains(place)) continue;
    ModelCall& call = calls_[place];
    if (const std::string id = one.get("id").text(); !id.empty()) call.id = id;
    const JsonRef function = one.get("function");
    if (call.tool.empty()) call.tool = function.get("name").text();
    call.arguments += function.get("arguments").text();
  }
}

Status ReplyBuilder::add(std::string_view data, UniqueFunction<void(std::string_view)>& piece) {
  if (data == "[DONE]") {
    done_ = true;
    return {};
  }
  auto document = JsonDocument::parse(data);
  if (!document || document->root().kind() != JsonKind::object) return failed("a piece of the provider's answer is no JSON object");
  const JsonRef root = document->root();
  if (root.get("error")) {
    const std::string words = refusal_text(data);
    return failed("the provider failed: " + (words.empty() ? "no reason was given" : words));
  }
  read_usage(root.get("usage"), reply_);
  const JsonRef choice = root.get("choices").at(0);
  if (!choice) return {};
  const JsonRef delta = choice.get("delta");
  if (const std::string text = delta.get("content").text(); !text.empty()) {
    reply_.text += text;
    if (piece) {
      piece(text);
      passed_on_ = true;
    }
  }
  add_calls(delta.get("tool_calls"));
  if (const std::string reason = choice.get("finish_reason").text(); !reason.empty()) {
    finished_ = true;
    reply_.cut = reason == "length";
  }
  return {};
}

Result<ModelReply> ReplyBuilder::take() {
  if (!finished_ && !done_) return failed("the provider's answer ended too early");
  for (auto& [place, call] : calls_) {
    if (call.id.empty()) call.id = "call_" + random_hex(8);
    if (call.arguments.empty()) call.arguments = "{}";
    reply_.calls.push_back(std::move(call));
  }
  return std::move(reply_);
}

std::string refusal_text(std::string_view body) {
  auto document = JsonDocument::parse(body);
  std::string words;
  if (document) {
    const JsonRef root = document->root().kind() == JsonKind::array ? document->root().at(0) : document->root();
    const JsonRef error = root.get("error");
    words = error.is(JsonKind::string) ? error.string() : error.get("message").text();
    if (words.empty()) words = root.get("message").text();
    if (words.empty()) words = root.get("detail").text();
  } else if (body.size() <= kLongestText && body.find('<') == std::string_view::npos) {
    words = body;
  }
  for (char& c : words)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  return cut_text(words, kLongestText);
}

}  // namespace facio::serve
