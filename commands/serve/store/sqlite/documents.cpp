#include "commands/serve/store/sqlite/documents.hpp"

#include "commands/serve/store/sqlite/transaction.hpp"

namespace facio::store {

Result<std::vector<Document>> list_documents(Database& database, std::string_view agent, std::string_view collection) {
  auto rows = database.prepare("SELECT id, json FROM document WHERE agent_id = ? AND collection = ? ORDER BY id");
  if (!rows) return fail(std::move(rows.error()));
  rows->bind(agent).bind(collection);
  std::vector<Document> found;
  for (;;) {
    auto row = rows->step();
    if (!row) return fail(std::move(row.error()));
    if (!*row) return found;
    found.push_back({std::string(rows->text(0)), std::string(rows->text(1))});
  }
}

Result<std::optional<std::string>> find_document(Database& database, std::string_view agent, std::string_view collection,
                                                 std::string_view id) {
  auto statement = database.prepare("SELECT json FROM document WHERE agent_id = ? AND collection = ? AND id = ?");
  if (!statement) return fail(std::move(statement.error()));
  auto row = statement->bind(agent).bind(collection).bind(id).step();
  if (!row) return fail(std::move(row.error()));
  if (!*row) return std::optional<std::string>{};
  return std::optional<std::string>(statement->text(0));
}

Result<std::vector<Document>> SqliteDocumentReads::list(std::string_view agent, std::string_view collection) {
  auto connection = connections_.lease();
  if (!connection) return fail(std::move(connection.error()));
  return list_documents(**connection, agent, collection);
}

Result<std::optional<std::string>> SqliteDocumentReads::get(std::string_view agent, std::string_view collection, std::string_view id) {
  auto connection = connections_.lease();
  if (!connection) return fail(std::move(connection.error()));
  return find_document(**connection, agent, collection, id);
}

Result<std::vector<Document>> SqliteTransaction::list_documents(std::string_view agent, std::string_view collection) {
  return store::list_documents(database_, agent, collection);
}

Result<std::optional<std::string>> SqliteTransaction::get_document(std::string_view agent, std::string_view collection,
                                                                   std::string_view id) {
  return find_document(database_, agent, collection, id);
}

Status SqliteTransaction::save_document(std::string_view agent, std::string_view collection, std::string_view id, std::string_view json) {
  auto statement = database_.prepare(
      "INSERT INTO document (agent_id, collection, id, json) VALUES (?,?,?,?) ON CONFLICT DO UPDATE SET json = excluded.json");
  if (!statement) return fail(std::move(statement.error()));
  return statement->bind(agent).bind(collection).bind(id).bind(json).run();
}

Result<bool> SqliteTransaction::erase_document(std::string_view agent, std::string_view collection, std::string_view id) {
  auto statement = database_.prepare("DELETE FROM document WHERE agent_id = ? AND collection = ? AND id = ? RETURNING 1");
  if (!statement) return fail(std::move(statement.error()));
  auto row = statement->bind(agent).bind(collection).bind(id).step();
  if (!row) return fail(std::move(row.error()));
  if (!*row) return false;
  if (auto ended = statement->run(); !ended) return fail(std::move(ended.error()));
  return true;
}

Result<std::int64_t> SqliteTransaction::erase_documents(std::string_view agent, std::string_view collection) {
  auto statement = database_.prepare("DELETE FROM document WHERE agent_id = ? AND collection = ? RETURNING 1");
  if (!statement) return fail(std::move(statement.error()));
  statement->bind(agent).bind(collection);
  for (std::int64_t count = 0;; ++count) {
    auto row = statement->step();
    if (!row) return fail(std::move(row.error()));
    if (!*row) return count;
  }
}

}  // namespace facio::store
