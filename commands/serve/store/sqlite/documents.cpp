// Documents and settings: one JSON text under a key.
#include "commands/serve/store/sqlite/reads.hpp"
#include "commands/serve/store/sqlite/transaction.hpp"

namespace facio::store {
namespace {

class SqliteDocumentReads final : public DocumentReads {
 public:
  explicit SqliteDocumentReads(Connections& connections) : connections_(connections) {}

  Result<std::vector<Document>> list(std::string_view agent, std::string_view collection) override {
    return connections_.read([&](Database& database) { return list_documents(database, agent, collection); });
  }
  Result<std::optional<std::string>> get(std::string_view agent, std::string_view collection, std::string_view id) override {
    return connections_.read([&](Database& database) { return find_document(database, agent, collection, id); });
  }

 private:
  Connections& connections_;
};

class SqliteSettingsReads final : public SettingsReads {
 public:
  explicit SqliteSettingsReads(Connections& connections) : connections_(connections) {}

  Result<std::optional<std::string>> load(std::string_view agent) override {
    return connections_.read([&](Database& database) { return find_settings(database, agent); });
  }

 private:
  Connections& connections_;
};

}  // namespace

std::unique_ptr<DocumentReads> document_reads(Connections& connections) { return std::make_unique<SqliteDocumentReads>(connections); }
std::unique_ptr<SettingsReads> settings_reads(Connections& connections) { return std::make_unique<SqliteSettingsReads>(connections); }

Result<std::vector<Document>> list_documents(Database& database, std::string_view agent, std::string_view collection) {
  return database.query("SELECT id, json FROM document WHERE agent_id = ? AND collection = ? ORDER BY id", agent, collection)
      .all([](const Statement& row) {
        return Document{std::string(row.text(0)), std::string(row.text(1))};
      });
}

Result<std::optional<std::string>> find_document(Database& database, std::string_view agent, std::string_view collection,
                                                 std::string_view id) {
  return database.query("SELECT json FROM document WHERE agent_id = ? AND collection = ? AND id = ?", agent, collection, id).first_text();
}

Result<std::optional<std::string>> find_settings(Database& database, std::string_view agent) {
  return database.query("SELECT json FROM settings WHERE agent_id = ?", agent).first_text();
}

Status SqliteTransaction::save_document(std::string_view agent, std::string_view collection, std::string_view id, std::string_view json) {
  return database_.run(
      "INSERT INTO document (agent_id, collection, id, json) VALUES (?,?,?,?) ON CONFLICT DO UPDATE SET json = excluded.json", agent,
      collection, id, json);
}

Result<bool> SqliteTransaction::erase_document(std::string_view agent, std::string_view collection, std::string_view id) {
  return database_.query("DELETE FROM document WHERE agent_id = ? AND collection = ? AND id = ?", agent, collection, id).run_any();
}

Result<std::int64_t> SqliteTransaction::erase_documents(std::string_view agent, std::string_view collection) {
  return database_.query("DELETE FROM document WHERE agent_id = ? AND collection = ?", agent, collection).run_counted();
}

Status SqliteTransaction::save_settings(std::string_view agent, std::string_view json) {
  return database_.run("INSERT INTO settings (agent_id, json) VALUES (?,?) ON CONFLICT DO UPDATE SET json = excluded.json", agent, json);
}

}  // namespace facio::store
