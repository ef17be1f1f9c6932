// The reading side of the audit log.
#pragma once

#include "commands/serve/store/sqlite/connections.hpp"
#include "commands/serve/store/store.hpp"

namespace facio::store {

class SqliteAuditReads final : public AuditReads {
 public:
  explicit SqliteAuditReads(Connections& connections) : connections_(connections) {}

  Result<AuditSlice> list(std::string_view agent, const AuditQuery& query) override;
  Result<AuditSlice> tail(std::string_view agent, std::int64_t from_ms, std::int64_t limit) override;
  Result<AuditStats> stats(std::string_view agent, std::int64_t from_ms, std::int64_t to_ms) override;
  Result<AuditSlice> run(std::string_view agent, std::string_view run_id) override;
  Result<std::int64_t> verify(std::string_view agent) override;

 private:
  Connections& connections_;
};

}  // namespace facio::store
