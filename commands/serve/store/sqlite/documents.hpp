// Collections of small documents: the statements that reading and changing side share, and the reading side.
#pragma once

#include "commands/serve/store/sqlite/connections.hpp"
#include "commands/serve/store/store.hpp"

namespace facio::store {

/// All documents of a collection through any connection, by id.
Result<std::vector<Document>> list_documents(Database& database, std::string_view agent, std::string_view collection);
/// One of them.
Result<std::optional<std::string>> find_document(Database& database, std::string_view agent, std::string_view collection,
                                                 std::string_view id);

class SqliteDocumentReads final : public DocumentReads {
 public:
  explicit SqliteDocumentReads(Connections& connections) : connections_(connections) {}
  Result<std::vector<Document>> list(std::string_view agent, std::string_view collection) override;
  Result<std::optional<std::string>> get(std::string_view agent, std::string_view collection, std::string_view id) override;

 private:
  Connections& connections_;
};

}  // namespace facio::store
