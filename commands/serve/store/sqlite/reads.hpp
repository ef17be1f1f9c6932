// The reading sides of the store on SQLite, and the queries that they share with the writing side.
#pragma once

#include <atomic>
#include <memory>

#include "commands/serve/store/sqlite/connections.hpp"
#include "commands/serve/store/store.hpp"

namespace facio::store {

class AuditEnds;

std::unique_ptr<SettingsReads> settings_reads(Connections& connections);
std::unique_ptr<DocumentReads> document_reads(Connections& connections);
/// `version` counts the commits that changed a job: the text of a list is kept until it changes.
std::unique_ptr<CronReads> cron_reads(Connections& connections, const std::atomic<std::uint64_t>& version);
/// `ends`: the trees of what was committed.
std::unique_ptr<AuditReads> audit_reads(Connections& connections, const AuditEnds& ends);
/// `version` counts the commits that changed a session: counts are kept until it changes.
std::unique_ptr<SessionReads> session_reads(Connections& connections, const std::atomic<std::uint64_t>& version);
std::unique_ptr<UsageReads> usage_reads(Connections& connections);
std::unique_ptr<A2aTaskReads> a2a_task_reads(Connections& connections);

// The same on any connection, including the writer's.
Result<std::optional<std::string>> find_settings(Database& database, std::string_view agent);
Result<std::vector<Document>> list_documents(Database& database, std::string_view agent, std::string_view collection);
Result<std::optional<std::string>> find_document(Database& database, std::string_view agent, std::string_view collection,
                                                 std::string_view id);
Result<std::optional<CronJob>> find_cron_job(Database& database, std::string_view agent, std::string_view id);
Result<std::optional<A2aTask>> find_a2a_task(Database& database, std::string_view agent, std::string_view id);

/// Appends JSON texts as an array, in reverse order.
inline void append_reversed(std::string& out, const std::vector<std::string>& texts) {
  char separator = '[';
  for (auto text = texts.rbegin(); text != texts.rend(); ++text, separator = ',') (out += separator) += *text;
  out += texts.empty() ? "[]" : "]";
}

}  // namespace facio::store
