// The changing side of sessions.
#include "cli/core/shape_json.hpp"
#include "cli/core/time.hpp"
#include "commands/serve/store/sqlite/message_key.hpp"
#include "commands/serve/store/sqlite/transaction.hpp"

namespace facio::store {
namespace {

/// Number of a session; nothing when there is none.
Result<std::optional<std::int64_t>> find_session(Database& database, std::string_view agent, std::string_view key) {
  auto statement = database.prepare("SELECT no FROM session WHERE agent_id = ? AND key = ?");
  if (!statement) return fail(std::move(statement.error()));
  auto row = statement->bind(agent).bind(key).step();
  if (!row) return fail(std::move(row.error()));
  if (!*row) return std::optional<std::int64_t>{};
  return std::optional(statement->integer(0));
}

Status erase_messages(Database& database, std::int64_t session) {
  auto statement = database.prepare("DELETE FROM message WHERE pos BETWEEN ? AND ?");
  if (!statement) return fail(std::move(statement.error()));
  return statement->bind(message_key(session, 0)).bind(message_key(session, kMostMessages)).run();
}

/// Where the next message of a session goes; the session is made when there is none. Its time of change never goes back.
struct Place {
  std::int64_t session = 0;
  std::int64_t place = 0;
};
Result<Place> next_place(Database& database, std::string_view agent, std::string_view key, const std::optional<std::string>& channel,
                         std::int64_t at_ms) {
  auto statement = database.prepare(
      "INSERT INTO session (agent_id, key, channel, created_ms, updated_ms, messages, metadata) VALUES (?,?,?,?,?,1,'{}') "
      "ON CONFLICT DO UPDATE SET messages = messages + 1, updated_ms = max(updated_ms, excluded.updated_ms) RETURNING no, messages");
  if (!statement) return fail(std::move(statement.error()));
  auto row = statement->bind(agent).bind(key).bind(channel).bind(at_ms).bind(at_ms).step();
  if (!row) return fail(std::move(row.error()));
  if (!*row) return fail(Code::internal, "a session was not written");
  const Place place{.session = statement->integer(0), .place = statement->integer(1)};
  if (auto ended = statement->run(); !ended) return fail(std::move(ended.error()));
  return place;
}

}  // namespace

Status SqliteTransaction::append_message(std::string_view agent, std::string_view key, const std::optional<std::string>& channel,
                                         std::int64_t at_ms, const SessionMessage& message) {
  auto place = next_place(database_, agent, key, channel, at_ms);
  if (!place) return fail(std::move(place.error()));
  sessions_changed_ = true;
  SessionMessage stored = message;
  stored.seq = place->place;
  stored.timestamp = format_rfc3339(at_ms);
  auto statement = database_.prepare("INSERT INTO message (pos, json) VALUES (?,?)");
  if (!statement) return fail(std::move(statement.error()));
  return statement->bind(message_key(place->session, place->place)).bind(std::string_view(to_json(stored))).run();
}

Result<bool> SqliteTransaction::clear_session(std::string_view agent, std::string_view key, std::int64_t at_ms) {
  auto session = find_session(database_, agent, key);
  if (!session) return fail(std::move(session.error()));
  if (!*session) return false;
  sessions_changed_ = true;
  if (auto status = erase_messages(database_, **session); !status) return fail(std::move(status.error()));
  auto statement = database_.prepare("UPDATE session SET messages = 0, updated_ms = max(updated_ms, ?) WHERE no = ?");
  if (!statement) return fail(std::move(statement.error()));
  if (auto status = statement->bind(at_ms).bind(**session).run(); !status) return fail(std::move(status.error()));
  return true;
}

Result<bool> SqliteTransaction::erase_session(std::string_view agent, std::string_view key) {
  auto session = find_session(database_, agent, key);
  if (!session) return fail(std::move(session.error()));
  if (!*session) return false;
  sessions_changed_ = true;
  if (auto status = erase_messages(database_, **session); !status) return fail(std::move(status.error()));
  auto statement = database_.prepare("DELETE FROM session WHERE no = ?");
  if (!statement) return fail(std::move(statement.error()));
  if (auto status = statement->bind(**session).run(); !status) return fail(std::move(status.error()));
  return true;
}

}  // namespace facio::store
