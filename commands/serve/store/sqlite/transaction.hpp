// The writing side of the store: one unit of work on the writer's connection.
#pragma once

#include "commands/serve/store/sqlite/audit_archive.hpp"
#include "commands/serve/store/sqlite/audit_chain.hpp"
#include "commands/serve/store/sqlite/known_jobs.hpp"
#include "commands/serve/store/sqlite/reads.hpp"

namespace facio::store {

/// Kinds of objects that units of work have changed.
struct Touched {
  bool cron = false;
  bool sessions = false;
};

class SqliteTransaction final : public Transaction {
 public:
  SqliteTransaction(Database& database, AuditChain& chain, KnownJobs& jobs, Touched& touched)
      : database_(database), chain_(chain), jobs_(jobs), touched_(touched) {}

  Result<std::optional<std::string>> load_settings(std::string_view agent) override { return find_settings(database_, agent); }
  Status save_settings(std::string_view agent, std::string_view json) override;
  Result<std::optional<CronJob>> get_cron(std::string_view agent, std::string_view id) override;
  Status save_cron(std::string_view agent, const CronJob& job) override;
  Result<bool> erase_cron(std::string_view agent, std::string_view id) override;
  Result<std::vector<Document>> list_documents(std::string_view agent, std::string_view collection) override {
    return store::list_documents(database_, agent, collection);
  }
  Result<std::optional<std::string>> get_document(std::string_view agent, std::string_view collection, std::string_view id) override {
    return find_document(database_, agent, collection, id);
  }
  Status save_document(std::string_view agent, std::string_view collection, std::string_view id, std::string_view json) override;
  Result<bool> erase_document(std::string_view agent, std::string_view collection, std::string_view id) override;
  Result<std::int64_t> erase_documents(std::string_view agent, std::string_view collection) override;
  Status append_message(std::string_view agent, std::string_view key, const std::optional<std::string>& channel, std::int64_t at_ms,
                        const SessionMessage& message) override;
  Result<bool> clear_session(std::string_view agent, std::string_view key, std::int64_t at_ms) override;
  Result<bool> erase_session(std::string_view agent, std::string_view key) override;
  Status append_usage(std::string_view agent, std::int64_t at_ms, const UsageRun& row) override;
  Result<std::optional<A2aTask>> get_a2a_task(std::string_view agent, std::string_view id) override {
    return find_a2a_task(database_, agent, id);
  }
  Status save_a2a_task(std::string_view agent, const A2aTask& task) override;
  Result<A2aAged> age_a2a(std::string_view agent, std::int64_t before_ms, const std::vector<int>& open, std::int64_t most) override;
  Status append_audit(std::string_view agent, AuditEvent event) override { return chain_.append(agent, std::move(event)); }
  Status archive_audit(std::string_view agent, const AuditArchive& archive) override { return archive_events(database_, agent, archive); }

 private:
  Database& database_;
  AuditChain& chain_;
  KnownJobs& jobs_;
  Touched& touched_;
};

}  // namespace facio::store
