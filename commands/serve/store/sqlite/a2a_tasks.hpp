// The reading side of A2A tasks.
#pragma once

#include "commands/serve/store/a2a_tasks.hpp"
#include "commands/serve/store/sqlite/connections.hpp"

namespace facio::store {

class SqliteA2aTaskReads final : public A2aTaskReads {
 public:
  explicit SqliteA2aTaskReads(Connections& connections) : connections_(connections) {}
  Result<std::optional<A2aTask>> get(std::string_view agent, std::string_view id) override;
  Result<A2aTaskPage> list(std::string_view agent, const A2aTaskQuery& query) override;
  Result<std::vector<std::pair<std::string, A2aTask>>> unfinished(const std::vector<int>& states) override;

 private:
  Connections& connections_;
};

/// One task through any connection.
Result<std::optional<A2aTask>> find_a2a_task(Database& database, std::string_view agent, std::string_view id);

}  // namespace facio::store
