#include "commands/serve/improvement/listener.hpp"

#include <map>

#include "cli/core/json.hpp"
#include "commands/serve/improvement/remembered.hpp"

namespace facio::serve {
namespace {

constexpr std::string_view kMarks = "reflection_mark";
constexpr std::int64_t kPage = 200;
constexpr std::size_t kMostThings = 200;

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

/// The new messages of one session.
Status hear(store::Store& store, std::string_view agent, const std::string& key, const Marks& marks, Heard& heard) {
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
  const auto found = marks.find(key);
  // A session that was emptied counts from the start again.
  const std::int64_t mark = found == marks.end() || found->second > last ? 0 : found->second;
  if (mark == last) return {};
  for (std::size_t i = 0; i < messages.size(); ++i) {
    if (seq_of(i) <= mark || messages.at(i).get("role").is_null() || messages.at(i).get("role").string() != "user") continue;
    ++heard.messages;
    for (std::string& thing : remembered(text_of(messages.at(i).get("content"))))
      if (heard.things.size() < kMostThings) heard.things.push_back(std::move(thing));
  }
  heard.marks.push_back({key, last});
  return {};
}

}  // namespace

Result<Heard> listen(store::Store& store, std::string_view agent, const std::optional<std::string>& session) {
  auto marks = load_marks(store, agent);
  if (!marks) return fail(std::move(marks.error()));
  Heard heard;
  if (session) {
    if (auto status = hear(store, agent, *session, *marks, heard); !status) return fail(std::move(status.error()));
    return heard;
  }
  store::SessionQuery query{.limit = kPage};
  for (bool more = true; more; query.offset += kPage) {
    auto slice = store.sessions().list(agent, query);
    if (!slice) return fail(std::move(slice.error()));
    auto items = JsonDocument::parse(slice->items);
    if (!items) return fail(std::move(items.error()));
    for (std::size_t i = 0; i < items->root().size(); ++i) {
      const std::string key = items->root().at(i).get("key").string();
      const auto found = marks->find(key);
      // Numbers are given without gaps until a session is emptied; nothing was said where the last one is the count.
      const JsonRef count = items->root().at(i).get("message_count");
      if (found != marks->end() && count && count.integer() == found->second) continue;
      if (auto status = hear(store, agent, key, *marks, heard); !status) return fail(std::move(status.error()));
    }
    more = slice->has_more;
  }
  return heard;
}

Status save_marks(store::Transaction& tx, std::string_view agent, const Heard& heard) {
  for (const Heard::Mark& mark : heard.marks)
    if (auto status = tx.save_document(agent, kMarks, mark.session, "{\"seq\":" + std::to_string(mark.seq) + "}"); !status) return status;
  return {};
}

}  // namespace facio::serve
