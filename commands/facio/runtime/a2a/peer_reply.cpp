#include "commands/facio/runtime/a2a/peer_reply.hpp"

#include "cli/core/utf8.hpp"
#include "commands/facio/runtime/a2a/model.hpp"

namespace facio::serve {
namespace {

constexpr std::size_t kLongestWords = 300;

tl::unexpected<Error> no_answer(std::string message) { return fail(Code::upstream_failed, std::move(message)); }

std::size_t count_of(JsonRef list) { return list.is(JsonKind::array) ? list.size() : 0; }

std::optional<std::string> given_text(JsonRef object, std::string_view name, std::string_view other = {}) {
  const std::string& text = object.get(name).text();
  if (!text.empty()) return text;
  return other.empty() ? std::nullopt : given_text(object, other);
}

/// The number of bytes that base64 text stands for.
std::int64_t size_of_base64(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  return static_cast<std::int64_t>(text.size() * 3 / 4);
}

/// Collects the parts of an answer.
class Parts {
 public:
  Parts(PeerReply& reply, bool wrapped_data) : reply_(reply), wrapped_data_(wrapped_data) {}

  /// Texts go to `text`, each on lines of its own.
  void take(JsonRef holder, std::string& text) {
    const JsonRef parts = holder.get("parts") ? holder.get("parts") : holder.get("content");
    for (std::size_t i = 0; i < count_of(parts); ++i) take_one(parts.at(i), text);
  }

 private:
  void take_one(JsonRef part, std::string& text) {
    if (const std::string& words = part.get("text").text(); !words.empty()) {
      text += (text.empty() ? "" : "\n") + words;
      return;
    }
    if (const JsonRef file = part.get("file"); file.is(JsonKind::object)) return take_file(part, file);
    if (part.get("raw").is(JsonKind::string) || part.get("url").is(JsonKind::string)) return take_file(part, part);
    JsonRef data = part.get("data");
    if (const JsonRef inner = data.get("data"); wrapped_data_ && inner) data = inner;
    if (!data.is_null()) (reply_.data ? *reply_.data : reply_.data.emplace()).push_back(RawJson{data.dump()});
  }

  void take_file(JsonRef part, JsonRef file) {
    PeerFile found;
    found.name = given_text(file, "name", "filename");
    found.mediaType = given_text(file, "mimeType", "mediaType");
    found.uri = given_text(file, "uri", "fileWithUri");
    if (!found.uri) found.uri = given_text(part, "url");
    for (const char* name : {"bytes", "fileWithBytes", "raw"})
      if (!found.bytes) found.bytes = given_text(file, name);
    if (found.bytes) found.size = size_of_base64(*found.bytes);
    (reply_.files ? *reply_.files : reply_.files.emplace()).push_back(std::move(found));
  }

  PeerReply& reply_;
  const bool wrapped_data_;
};

bool is_agents(JsonRef message) { return message.get("role").text() == "agent" || message.get("role").text() == "ROLE_AGENT"; }

/// Some agents leave their answer in the history: what they said after the last word of the user.
void take_history(JsonRef history, Parts& parts, std::string& text) {
  std::size_t first = count_of(history);
  while (first > 0 && is_agents(history.at(first - 1))) --first;
  for (std::size_t i = first; i < count_of(history); ++i) parts.take(history.at(i), text);
}

}  // namespace

Result<PeerReply> peer_reply(JsonRef result, bool wrapped_data) {
  if (!result.is(JsonKind::object)) return no_answer("the peer's answer has no result");
  for (const char* wrapped : {"task", "message", "msg"})
    if (const JsonRef inner = result.get(wrapped); inner.is(JsonKind::object)) result = inner;
  PeerReply reply;
  Parts parts(reply, wrapped_data);
  reply.contextId = given_text(result, "contextId");
  const JsonRef status = result.get("status");
  if (status.is_null()) {
    if (!result.get("parts") && !result.get("content")) return no_answer("the peer's answer is neither a message nor a task");
    reply.state = "completed";
    parts.take(result, reply.reply);
    reply.taskId = given_text(result, "taskId");
    return reply;
  }
  const std::string& name = status.get("state").text();
  const auto state = a2a::state_of(name);
  reply.state = state ? std::string(a2a::name_of(*state, a2a::Dialect::v03)) : name;
  if (reply.state.empty()) return no_answer("the peer's task has no state");
  reply.taskId = given_text(result, "id");
  const JsonRef artifacts = result.get("artifacts");
  for (std::size_t i = 0; i < count_of(artifacts); ++i) parts.take(artifacts.at(i), reply.reply);
  std::string words;
  parts.take(status.get("message"), words);
  if (!words.empty()) reply.statusMessage = words;
  if (reply.reply.empty()) reply.reply = std::move(words);
  if (reply.reply.empty() && !reply.data && !reply.files) take_history(result.get("history"), parts, reply.reply);
  return reply;
}

std::string peer_failure(JsonRef error) {
  std::string text;
  if (error.is(JsonKind::string)) text = error.string();
  for (const char* name : {"message", "detail", "title"})
    if (text.empty()) text = error.get(name).text();
  text = cut_text(text, kLongestWords);
  for (const char* name : {"data", "details"}) {
    const JsonRef more = error.get(name);
    if (more.is_null() || ((more.is(JsonKind::array) || more.is(JsonKind::object)) && more.size() == 0)) continue;
    text += " (" + cut_text(more.is(JsonKind::string) ? more.string() : more.dump(), kLongestWords) + ")";
  }
  return text;
}

}  // namespace facio::serve
