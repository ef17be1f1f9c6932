#include "commands/serve/store/store_file.hpp"

#include <unistd.h>

#include "commands/serve/store/sqlite/audit_chain.hpp"
#include "commands/serve/store/sqlite/reads.hpp"
#include "commands/serve/store/sqlite/schema.hpp"

namespace facio::store {
namespace {

class SqliteStoreFile final : public StoreFile {
 public:
  SqliteStoreFile(const std::string& path, std::unique_ptr<Database> database, int schema)
      : database_(std::move(database)), schema_(schema), connections_(path, Database::Access::reads) {}

  [[nodiscard]] int schema() const override { return schema_; }
  [[nodiscard]] bool is_older() const override { return schema_ < schema_version(); }
  Status copy_to(const std::string& path) override { return database_->run("VACUUM INTO ?", path); }
  Status check() override {
    auto answer = database_->query("PRAGMA integrity_check(1)").first_text();
    if (!answer) return fail(std::move(answer.error()));
    const std::string what = answer->value_or("no answer");
    return what == "ok" ? Status{} : fail(Code::integrity, "the store is damaged: " + what);
  }
  Result<std::vector<std::string>> agents() override {
    return database_->query("SELECT id FROM agent ORDER BY no").all([](const Statement& row) { return std::string(row.text(0)); });
  }
  DocumentReads& documents() override { return *documents_; }
  AuditReads& audit() override { return *audit_; }

 private:
  std::unique_ptr<Database> database_;
  const int schema_;
  Connections connections_;
  const std::unique_ptr<DocumentReads> documents_ = document_reads(connections_);
  const AuditEnds ends_;  // of no writer here: everything is read
  const std::unique_ptr<AuditReads> audit_ = audit_reads(connections_, ends_);
};

}  // namespace

Result<std::unique_ptr<StoreFile>> open_store_file(const std::string& path, const std::string& where) {
  if (::access(path.c_str(), F_OK) != 0)
    return fail(Code::not_found, "there is no store in " + where, "name the data directory with --data");
  auto database = Database::open(path, Database::Access::reads);
  if (!database) return fail(std::move(database.error()));
  auto schema = known_version(**database, where);
  if (!schema) return fail(std::move(schema.error()));
  if (*schema == 0) return fail(Code::not_found, "the store in " + where + " is empty", "name the data directory with --data");
  return std::make_unique<SqliteStoreFile>(path, std::move(*database), *schema);
}

}  // namespace facio::store
