#include "commands/serve/store/sqlite/sessions.hpp"

#include "cli/core/shape_json.hpp"
#include "cli/core/time.hpp"
#include "commands/serve/store/sqlite/message_key.hpp"

namespace facio::store {
namespace {

constexpr std::string_view kColumns = "key, channel, created_ms, updated_ms, messages, metadata";
constexpr std::string_view kFind =
    "SELECT no, key, channel, created_ms, updated_ms, messages, metadata FROM session WHERE agent_id = ? AND key = ?";
// Of the messages in one answer; clients take 10 MiB.
constexpr std::size_t kMostOfMessages = std::size_t{9} * 1024 * 1024;

/// The columns above, from `first` on.
SessionMeta read_meta(const Statement& row, int first) {
  SessionMeta meta{.key = std::string(row.text(first)),
                   .channel = {},
                   .created_at = format_rfc3339(row.integer(first + 2)),
                   .updated_at = format_rfc3339(row.integer(first + 3)),
                   .message_count = row.integer(first + 4),
                   .metadata = RawJson{std::string(row.text(first + 5))}};
  if (!row.is_null(first + 1)) meta.channel = std::string(row.text(first + 1));
  return meta;
}

std::string list_sql(const SessionQuery& query) {
  std::string sql = "SELECT " + std::string(kColumns) + " FROM session WHERE agent_id = ?";
  if (query.channel) sql += " AND channel = ?";
  if (query.changed_before_ms) sql += " AND updated_ms < ?";
  if (query.changed_after_ms) sql += " AND updated_ms > ?";
  if (query.min_messages > 0) sql += " AND messages >= ?";
  return sql + " ORDER BY updated_ms DESC, key LIMIT ? OFFSET ?";
}

struct Messages {
  std::vector<std::string> texts;  ///< the last one first
  bool more = false;               ///< older ones were left out
};

/// Messages of a session from the end, as many as are wanted and fit.
Result<Messages> read_messages(Database& database, std::int64_t session, std::int64_t last, std::optional<std::int64_t> before) {
  auto rows = database.prepare("SELECT json FROM message WHERE pos > ? AND pos < ? ORDER BY pos DESC");
  if (!rows) return fail(std::move(rows.error()));
  rows->bind(message_key(session, 0)).bind(message_key(session, before.value_or(kMostMessages)));
  Messages found;
  std::size_t bytes = 0;
  for (;;) {
    auto row = rows->step();
    if (!row) return fail(std::move(row.error()));
    if (!*row) return found;
    const std::string_view text = rows->text(0);
    bytes += text.size() + 1;
    const bool enough = last > 0 && found.texts.size() == static_cast<std::size_t>(last);
    if (enough || (bytes > kMostOfMessages && !found.texts.empty())) {
      found.more = true;
      return found;
    }
    found.texts.emplace_back(text);
  }
}

/// A meta object's text with the messages as a further member.
std::string with_messages(const SessionMeta& meta, const Messages& messages) {
  std::string out = to_json(meta);
  out.back() = ',';
  out += R"("messages":[)";
  for (auto text = messages.texts.rbegin(); text != messages.texts.rend(); ++text) {
    if (text != messages.texts.rbegin()) out += ',';
    out += *text;
  }
  out += messages.more ? R"(],"hasMore":true})" : "]}";
  return out;
}

}  // namespace

Result<SessionSlice> SqliteSessionReads::list(std::string_view agent, const SessionQuery& query) {
  auto connection = connections_.lease();
  if (!connection) return fail(std::move(connection.error()));
  auto rows = (*connection)->prepare(list_sql(query));
  if (!rows) return fail(std::move(rows.error()));
  rows->bind(agent);
  if (query.channel) rows->bind(std::string_view(*query.channel));
  if (query.changed_before_ms) rows->bind(*query.changed_before_ms);
  if (query.changed_after_ms) rows->bind(*query.changed_after_ms);
  if (query.min_messages > 0) rows->bind(query.min_messages);
  rows->bind(query.limit + 1).bind(query.offset);
  SessionSlice slice;
  slice.items = "[";
  for (;;) {
    auto row = rows->step();
    if (!row) return fail(std::move(row.error()));
    if (!*row) break;
    if (slice.count == query.limit) {
      slice.has_more = true;
      break;
    }
    if (slice.count++ > 0) slice.items += ',';
    write_json(slice.items, read_meta(*rows, 0));
  }
  slice.items += ']';
  return slice;
}

Result<std::optional<SessionMeta>> SqliteSessionReads::find(std::string_view agent, std::string_view key) {
  auto connection = connections_.lease();
  if (!connection) return fail(std::move(connection.error()));
  auto found = (*connection)->prepare(kFind);
  if (!found) return fail(std::move(found.error()));
  auto row = found->bind(agent).bind(key).step();
  if (!row) return fail(std::move(row.error()));
  if (!*row) return std::optional<SessionMeta>{};
  return std::optional(read_meta(*found, 1));
}

Result<std::optional<std::string>> SqliteSessionReads::get(std::string_view agent, std::string_view key, std::int64_t last,
                                                           std::optional<std::int64_t> before) {
  return connections_.snapshot<std::optional<std::string>>([&](Database& database) -> Result<std::optional<std::string>> {
    auto found = database.prepare(kFind);
    if (!found) return fail(std::move(found.error()));
    auto row = found->bind(agent).bind(key).step();
    if (!row) return fail(std::move(row.error()));
    if (!*row) return std::optional<std::string>{};
    auto messages = read_messages(database, found->integer(0), last, before);
    if (!messages) return fail(std::move(messages.error()));
    return std::optional(with_messages(read_meta(*found, 1), *messages));
  });
}

Result<std::int64_t> SqliteSessionReads::changed_after(std::string_view agent, std::int64_t ms) {
  // Taken before reading: a commit that comes in between makes what was read old at once.
  const std::uint64_t version = version_.load(std::memory_order_acquire);
  {
    const std::lock_guard guard(mutex_);
    const auto known = counted_.find(agent);
    if (known != counted_.end() && known->second.version == version && ms - known->second.after_ms < kSecondMs &&
        ms >= known->second.after_ms)
      return known->second.count;
  }
  auto connection = connections_.lease();
  if (!connection) return fail(std::move(connection.error()));
  auto statement = (*connection)->prepare("SELECT count(*) FROM session WHERE agent_id = ? AND updated_ms > ?");
  if (!statement) return fail(std::move(statement.error()));
  auto row = statement->bind(agent).bind(ms).step();
  if (!row) return fail(std::move(row.error()));
  const Counted counted{.version = version, .after_ms = ms, .count = statement->integer(0)};
  const std::lock_guard guard(mutex_);
  counted_.insert_or_assign(std::string(agent), counted);
  return counted.count;
}

}  // namespace facio::store
