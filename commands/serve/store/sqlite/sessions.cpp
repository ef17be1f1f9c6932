#include <map>
#include <mutex>

#include "cli/core/shape_json.hpp"
#include "cli/core/time.hpp"
#include "commands/serve/store/sqlite/reads.hpp"
#include "commands/serve/store/sqlite/transaction.hpp"

namespace facio::store {
namespace {

// Of the messages in one answer; clients accept 10 MiB.
constexpr std::size_t kMostOfMessages = std::size_t{9} * 1024 * 1024;
constexpr std::int64_t kMostMessages = (std::int64_t{1} << 32) - 1;

/// Key of the message at `place` (from 1) of a session.
constexpr std::int64_t message_key(std::int64_t session, std::int64_t place) { return (session << 32) + place; }

/// A session without its messages.
struct SessionRow {
  std::int64_t number = 0;
  SessionMeta meta;
};

std::string select_sessions(std::string_view conditions) {
  return std::string("SELECT no, key, channel, created_ms, updated_ms, messages, metadata FROM session WHERE agent_id = ?")
      .append(conditions);
}

SessionRow read_session(const Statement& row) {
  SessionRow found{.number = row.integer(0),
                   .meta = {.key = std::string(row.text(1)),
                            .channel = {},
                            .created_at = format_rfc3339(row.integer(3)),
                            .updated_at = format_rfc3339(row.integer(4)),
                            .message_count = row.integer(5),
                            .metadata = RawJson{std::string(row.text(6))}}};
  if (!row.is_null(2)) found.meta.channel = std::string(row.text(2));
  return found;
}

/// Calls `add(sql, value)` for each condition of a list.
template <class F>
void each_condition(const SessionQuery& query, F add) {
  if (query.channel) add(" AND channel = ?", *query.channel);
  if (query.changed_before_ms) add(" AND updated_ms < ?", *query.changed_before_ms);
  if (query.changed_after_ms) add(" AND updated_ms > ?", *query.changed_after_ms);
  if (query.min_messages > 0) add(" AND messages >= ?", query.min_messages);
}

Result<SessionSlice> read_slice(Database& database, std::string_view agent, const SessionQuery& query) {
  std::string conditions;
  each_condition(query, [&](std::string_view sql, const auto&) { conditions += sql; });
  Statement rows = database.query(select_sessions(conditions + " ORDER BY updated_ms DESC, key LIMIT ? OFFSET ?"), agent);
  each_condition(query, [&](std::string_view, const auto& value) { rows.bind(value); });
  rows.bind(query.limit + 1, query.offset);
  SessionSlice slice{.items = "["};
  auto status = rows.each([&](const Statement& row) {
    slice.has_more = slice.count == query.limit;
    if (slice.has_more) return false;
    if (slice.count++ > 0) slice.items += ',';
    write_json(slice.items, read_session(row).meta);
    return true;
  });
  if (!status) return fail(std::move(status.error()));
  slice.items += ']';
  return slice;
}

/// A session with its last messages, as many as are wanted and fit.
Result<std::string> with_messages(Database& database, const SessionRow& session, std::int64_t last, std::optional<std::int64_t> before) {
  std::vector<std::string> newest_first;
  std::size_t bytes = 0;
  bool more = false;
  auto status = database
                    .query("SELECT json FROM message WHERE pos > ? AND pos < ? ORDER BY pos DESC", message_key(session.number, 0),
                           message_key(session.number, before.value_or(kMostMessages)))
                    .each([&](const Statement& row) {
                      const std::string_view text = row.text(0);
                      bytes += text.size() + 1;
                      const bool enough = last > 0 && newest_first.size() == static_cast<std::size_t>(last);
                      more = enough || (bytes > kMostOfMessages && !newest_first.empty());
                      if (!more) newest_first.emplace_back(text);
                      return !more;
                    });
  if (!status) return fail(std::move(status.error()));
  std::string out = to_json(session.meta);
  out.back() = ',';
  out += R"("messages":)";
  append_reversed(out, newest_first);
  out += more ? R"(,"hasMore":true})" : "}";
  return out;
}

class SqliteSessionReads final : public SessionReads {
 public:
  SqliteSessionReads(Connections& connections, const std::atomic<std::uint64_t>& version) : connections_(connections), version_(version) {}

  Result<SessionSlice> list(std::string_view agent, const SessionQuery& query) override {
    return connections_.read([&](Database& database) { return read_slice(database, agent, query); });
  }

  Result<std::optional<SessionMeta>> find(std::string_view agent, std::string_view key) override {
    return connections_.read([&](Database& database) {
      return database.query(select_sessions(" AND key = ?"), agent, key).first([](const Statement& row) { return read_session(row).meta; });
    });
  }

  Result<std::optional<std::string>> get(std::string_view agent, std::string_view key, std::int64_t last,
                                         std::optional<std::int64_t> before) override {
    return connections_.snapshot([&](Database& database) -> Result<std::optional<std::string>> {
      auto found = database.query(select_sessions(" AND key = ?"), agent, key).first(read_session);
      if (!found) return fail(std::move(found.error()));
      if (!*found) return std::nullopt;
      return with_messages(database, **found, last, before).map([](std::string text) { return std::optional(std::move(text)); });
    });
  }

  Result<std::int64_t> changed_after(std::string_view agent, std::int64_t ms) override {
    // Taken before reading, so that a commit in between makes the result outdated.
    const std::uint64_t version = version_.load(std::memory_order_acquire);
    {
      const std::lock_guard guard(mutex_);
      const auto known = counted_.find(agent);
      if (known != counted_.end() && known->second.version == version && ms - known->second.after_ms < kSecondMs &&
          ms >= known->second.after_ms)
        return known->second.count;
    }
    auto count = connections_.read([&](Database& database) {
      return database.query("SELECT count(*) FROM session WHERE agent_id = ? AND updated_ms > ?", agent, ms).first_integer();
    });
    if (!count) return fail(std::move(count.error()));
    const std::lock_guard guard(mutex_);
    counted_.insert_or_assign(std::string(agent), Counted{version, ms, **count});
    return **count;
  }

 private:
  /// An answer of changed_after(), and the commit after which it was given.
  struct Counted {
    std::uint64_t version = 0;
    std::int64_t after_ms = 0;
    std::int64_t count = 0;
  };

  Connections& connections_;
  const std::atomic<std::uint64_t>& version_;
  std::mutex mutex_;
  std::map<std::string, Counted, std::less<>> counted_;
};

/// Removes the messages of a session, then runs `statement`, whose last parameter is the session's number. False if there is no session.
Result<bool> erase_messages_and(Database& database, std::string_view agent, std::string_view key, Statement statement) {
  auto session = database.query("SELECT no FROM session WHERE agent_id = ? AND key = ?", agent, key).first_integer();
  if (!session) return fail(std::move(session.error()));
  if (!*session) return false;
  auto status =
      database.run("DELETE FROM message WHERE pos BETWEEN ? AND ?", message_key(**session, 0), message_key(**session, kMostMessages));
  if (status) status = statement.bind(**session).run();
  return status.map([] { return true; });
}

}  // namespace

std::unique_ptr<SessionReads> session_reads(Connections& connections, const std::atomic<std::uint64_t>& version) {
  return std::make_unique<SqliteSessionReads>(connections, version);
}

Status SqliteTransaction::append_message(std::string_view agent, std::string_view key, const std::optional<std::string>& channel,
                                         std::int64_t at_ms, const SessionMessage& message) {
  // Creates the session if there is none. Its time of change never goes back.
  auto place = database_
                   .query(
                       "INSERT INTO session (agent_id, key, channel, created_ms, updated_ms, messages, metadata) VALUES (?,?,?,?,?,1,'{}') "
                       "ON CONFLICT DO UPDATE SET messages = messages + 1, updated_ms = max(updated_ms, excluded.updated_ms) "
                       "RETURNING no, messages",
                       agent, key, channel, at_ms, at_ms)
                   .first([](const Statement& row) { return std::pair(row.integer(0), row.integer(1)); });
  if (!place) return fail(std::move(place.error()));
  if (!*place) return fail(Code::internal, "a session was not written");
  const auto [session, number] = **place;
  touched_.sessions = true;
  SessionMessage stored = message;
  stored.seq = number;
  stored.timestamp = format_rfc3339(at_ms);
  return database_.run("INSERT INTO message (pos, json) VALUES (?,?)", message_key(session, number), to_json(stored));
}

Result<bool> SqliteTransaction::clear_session(std::string_view agent, std::string_view key, std::int64_t at_ms) {
  touched_.sessions = true;
  return erase_messages_and(database_, agent, key,
                            database_.query("UPDATE session SET messages = 0, updated_ms = max(updated_ms, ?) WHERE no = ?", at_ms));
}

Result<bool> SqliteTransaction::erase_session(std::string_view agent, std::string_view key) {
  touched_.sessions = true;
  return erase_messages_and(database_, agent, key, database_.query("DELETE FROM session WHERE no = ?"));
}

}  // namespace facio::store
