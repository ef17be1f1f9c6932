#include "commands/facio/improvement/server/new_messages.hpp"

#include <map>

#include "cli/core/json.hpp"
#include "cli/core/utf8.hpp"
#include "commands/facio/improvement/server/memory.hpp"

namespace facio::serve {
namespace {

constexpr std::string_view kMarks = "reflection_mark";
constexpr std::int64_t kPage = 200;
constexpr std::size_t kMostRemembered = 200;
constexpr std::size_t kMostOfMessage = 2000, kMostOfOutcome = 400;
constexpr std::size_t kMostOfSession = std::size_t{32} << 10U, kMostTranscript = std::size_t{96} << 10U;

using Marks = std::map<std::string, std::int64_t, std::less<>>;

Result<Marks> load_marks(store::Store& store, std::string_view agent) {
  auto stored = store.documents().list(agent, kMarks);
  if (!stored) return fail(std::move(stored.error()));
  Marks marks;
  for (const store::Document& document : *stored)
    if (auto json = JsonDocument::parse(document.json); json && json->root().get("seq"))
      marks[document.id] = json->root().get("seq").integer();
  return marks;
}

/// One message as lines of the transcript; empty when it has no text.
std::string line_of(JsonRef message, const std::string& role) {
  std::string text = content_text(message.get("content"));
  const JsonRef calls = message.get("tool_calls");
  for (std::size_t i = 0; calls.is(JsonKind::array) && i < calls.size(); ++i)
    text += (text.empty() ? "" : "\n") + ("calls " + calls.at(i).get("function").dump());
  if (text.empty()) return {};
  const JsonRef name = message.get("name");
  return role + (role == "tool" && name.is(JsonKind::string) ? " " + name.string() : "") + ": " +
         cut_text(text, role == "tool" ? kMostOfOutcome : kMostOfMessage) + "\n";
}

/// As many of the last lines as fit.
std::string last_of(const std::vector<std::string>& lines) {
  std::size_t first = lines.size(), size = 0;
  while (first > 0 && size + lines[first - 1].size() <= kMostOfSession) size += lines[--first].size();
  std::string text = first == 0 ? "" : "(" + std::to_string(first) + " messages before)\n";
  for (; first < lines.size(); ++first) text += lines[first];
  return text;
}

/// Adds the new messages of one session.
Status read_session(store::Store& store, std::string_view agent, const std::string& key, const Marks& marks, NewMessages& found) {
  auto text = store.sessions().get(agent, key, 0, std::nullopt);
  if (!text) return fail(std::move(text.error()));
  if (!*text) return {};
  auto session = JsonDocument::parse(**text);
  if (!session) return fail(std::move(session.error()));
  const JsonRef messages = session->root().get("messages");
  const auto seq_of = [&](std::size_t i) {
    const JsonRef seq = messages.at(i).get("seq");
    return seq.is_null() ? static_cast<std::int64_t>(i) + 1 : seq.integer();
  };
  if (messages.size() == 0) return {};
  const std::int64_t last = seq_of(messages.size() - 1);
  const auto known = marks.find(key);
  // An emptied session counts from the start again.
  const std::int64_t mark = known == marks.end() || known->second > last ? 0 : known->second;
  if (mark == last) return {};
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    if (seq_of(i) <= mark || messages.at(i).get("role").is_null()) continue;
    const std::string role = messages.at(i).get("role").string();
    if (std::string line = line_of(messages.at(i), role); !line.empty()) lines.push_back(std::move(line));
    if (role != "user") continue;
    ++found.count;
    for (std::string& thing : remember_requests(content_text(messages.at(i).get("content"))))
      if (found.to_remember.size() < kMostRemembered) found.to_remember.push_back(std::move(thing));
  }
  found.marks.push_back({key, last});
  if (found.transcript.size() < kMostTranscript) found.transcript += "# Session " + key + "\n\n" + last_of(lines) + "\n";
  return {};
}

}  // namespace

Result<NewMessages> read_new_messages(store::Store& store, std::string_view agent, const std::optional<std::string>& session) {
  auto marks = load_marks(store, agent);
  if (!marks) return fail(std::move(marks.error()));
  NewMessages messages;
  if (session) {
    if (auto status = read_session(store, agent, *session, *marks, messages); !status) return fail(std::move(status.error()));
    return messages;
  }
  store::SessionQuery query{.limit = kPage};
  for (bool more = true; more; query.offset += kPage) {
    auto slice = store.sessions().list(agent, query);
    if (!slice) return fail(std::move(slice.error()));
    auto items = JsonDocument::parse(slice->items);
    if (!items) return fail(std::move(items.error()));
    for (std::size_t i = 0; i < items->root().size(); ++i) {
      const std::string key = items->root().at(i).get("key").string();
      const auto known = marks->find(key);
      // Messages are numbered without gaps until a session is emptied: with the last number as its count it has nothing new.
      const JsonRef count = items->root().at(i).get("message_count");
      if (known != marks->end() && count && count.integer() == known->second) continue;
      if (auto status = read_session(store, agent, key, *marks, messages); !status) return fail(std::move(status.error()));
    }
    more = slice->has_more;
  }
  return messages;
}

Status save_marks(store::Transaction& tx, std::string_view agent, const NewMessages& messages) {
  for (const NewMessages::Mark& mark : messages.marks)
    if (auto status = tx.save_document(agent, kMarks, mark.session, "{\"seq\":" + std::to_string(mark.seq) + "}"); !status) return status;
  return {};
}

}  // namespace facio::serve
