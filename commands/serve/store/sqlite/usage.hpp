// The reading side of usage.
#pragma once

#include "commands/serve/store/sqlite/connections.hpp"
#include "commands/serve/store/store.hpp"

namespace facio::store {

class SqliteUsageReads final : public UsageReads {
 public:
  explicit SqliteUsageReads(Connections& connections) : connections_(connections) {}
  Result<std::vector<UsageBucket>> buckets(std::string_view agent, const UsageQuery& query, std::size_t most) override;
  Result<std::optional<UsageRun>> run(std::string_view agent, std::string_view run_id) override;

 private:
  Connections& connections_;
};

}  // namespace facio::store
