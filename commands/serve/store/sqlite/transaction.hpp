// The changing side of the store: one unit of work on the writer's connection.
#pragma once

#include "commands/serve/store/sqlite/audit_chain.hpp"
#include "commands/serve/store/sqlite/known_jobs.hpp"
#include "commands/serve/store/store.hpp"

namespace facio::store {

/// A stored job from its JSON text.
Result<CronJob> read_cron_job(std::string_view json);
/// One job through any connection.
Result<std::optional<CronJob>> find_cron_job(Database& database, std::string_view agent, std::string_view id);
/// Stored settings through any connection.
Result<std::optional<std::string>> find_settings(Database& database, std::string_view agent);

class SqliteTransaction final : public Transaction {
 public:
  SqliteTransaction(Database& database, AuditChain& chain, KnownJobs& jobs) : database_(database), chain_(chain), jobs_(jobs) {}

  Result<std::optional<std::string>> load_settings(std::string_view agent) override { return find_settings(database_, agent); }
  Status save_settings(std::string_view agent, std::string_view json) override;
  Result<std::optional<CronJob>> get_cron(std::string_view agent, std::string_view id) override;
  Status save_cron(std::string_view agent, const CronJob& job) override;
  Result<bool> erase_cron(std::string_view agent, std::string_view id) override;
  Result<std::vector<Document>> list_documents(std::string_view agent, std::string_view collection) override;
  Result<std::optional<std::string>> get_document(std::string_view agent, std::string_view collection, std::string_view id) override;
  Status save_document(std::string_view agent, std::string_view collection, std::string_view id, std::string_view json) override;
  Result<bool> erase_document(std::string_view agent, std::string_view collection, std::string_view id) override;
  Result<std::int64_t> erase_documents(std::string_view agent, std::string_view collection) override;
  Status append_message(std::string_view agent, std::string_view key, const std::optional<std::string>& channel, std::int64_t at_ms,
                        const SessionMessage& message) override;
  Result<bool> clear_session(std::string_view agent, std::string_view key, std::int64_t at_ms) override;
  Result<bool> erase_session(std::string_view agent, std::string_view key) override;
  Status append_usage(std::string_view agent, std::int64_t at_ms, const UsageRun& row) override;
  Result<std::optional<A2aTask>> get_a2a_task(std::string_view agent, std::string_view id) override;
  Status save_a2a_task(std::string_view agent, const A2aTask& task) override;
  Status append_audit(std::string_view agent, AuditEvent event) override { return chain_.append(agent, std::move(event)); }

  /// Whether a job was saved or erased since this was made.
  [[nodiscard]] bool cron_changed() const { return cron_changed_; }
  /// The same for sessions.
  [[nodiscard]] bool sessions_changed() const { return sessions_changed_; }

 private:
  Database& database_;
  AuditChain& chain_;
  KnownJobs& jobs_;
  bool cron_changed_ = false;
  bool sessions_changed_ = false;
};

}  // namespace facio::store
