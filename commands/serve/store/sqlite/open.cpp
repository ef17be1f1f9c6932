// The store on SQLite: puts writer, readers and the directory's lock together.
#include <atomic>
#include <mutex>

#include "commands/serve/store/sqlite/a2a_tasks.hpp"
#include "commands/serve/store/sqlite/audit_reads.hpp"
#include "commands/serve/store/sqlite/checkpoints.hpp"
#include "commands/serve/store/sqlite/connections.hpp"
#include "commands/serve/store/sqlite/cron_reads.hpp"
#include "commands/serve/store/sqlite/directory.hpp"
#include "commands/serve/store/sqlite/documents.hpp"
#include "commands/serve/store/sqlite/schema.hpp"
#include "commands/serve/store/sqlite/sessions.hpp"
#include "commands/serve/store/sqlite/usage.hpp"
#include "commands/serve/store/sqlite/writer.hpp"
#include "commands/serve/store/store.hpp"

namespace facio::store {
namespace {

class SqliteStore final : public Store {
 public:
  SqliteStore(std::optional<DirectoryLock> lock, std::unique_ptr<Database> database, const std::string& path)
      : lock_(std::move(lock)),
        database_(std::move(database)),
        connections_(path.empty() ? std::make_unique<Connections>(*database_, turn_) : std::make_unique<Connections>(path)),
        audit_(*connections_),
        cron_(*connections_, versions_.cron),
        settings_(*connections_),
        documents_(*connections_),
        sessions_(*connections_, versions_.sessions),
        usage_(*connections_),
        a2a_tasks_(*connections_),
        checkpoints_(path.empty() ? nullptr : std::make_unique<Checkpoints>(*database_, path)),
        writer_(*database_, path.empty() ? &turn_ : nullptr, versions_) {}

  SettingsReads& settings() override { return settings_; }
  DocumentReads& documents() override { return documents_; }
  CronReads& cron() override { return cron_; }
  AuditReads& audit() override { return audit_; }
  SessionReads& sessions() override { return sessions_; }
  UsageReads& usage() override { return usage_; }
  A2aTaskReads& a2a_tasks() override { return a2a_tasks_; }
  void submit(UniqueFunction<Status(Transaction&)> work, UniqueFunction<void(Status)> done) override {
    writer_.submit(std::move(work), std::move(done));
  }
  void listen(UniqueFunction<void()> committed) override { writer_.listen(std::move(committed)); }
  void note(std::string_view agent, AuditEvent event, UniqueFunction<void()> then) override {
    writer_.note(agent, std::move(event), std::move(then));
  }

 private:
  // In this order: the writer ends first, the lock is given up last.
  std::optional<DirectoryLock> lock_;
  std::recursive_mutex turn_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Connections> connections_;
  Versions versions_;
  SqliteAuditReads audit_;
  SqliteCronReads cron_;
  SqliteSettingsReads settings_;
  SqliteDocumentReads documents_;
  SqliteSessionReads sessions_;
  SqliteUsageReads usage_;
  SqliteA2aTaskReads a2a_tasks_;
  std::unique_ptr<Checkpoints> checkpoints_;
  Writer writer_;
};

// FULL: a commit is on the disk when it is acknowledged. The log file is cut back to 16 MiB when it begins anew: it seldom grows further.
constexpr const char* kWriterPragmas =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-8192; PRAGMA journal_size_limit=16777216;";

}  // namespace

Result<std::unique_ptr<Store>> open_sqlite(const StoreOptions& options) {
  std::optional<DirectoryLock> lock;
  std::string path;
  if (!options.directory.empty()) {
    auto acquired = DirectoryLock::acquire(options.directory);
    if (!acquired) return fail(std::move(acquired.error()));
    lock = std::move(*acquired);
    path = options.directory + "/facio.db";
    // Made here, so that it is private from its first moment; SQLite gives its other files the same mode.
    if (auto made = make_private_file(path); !made) return fail(std::move(made.error()));
  }
  auto database = Database::open(path.empty() ? ":memory:" : path);
  if (!database) return fail(std::move(database.error()));
  const std::string where = path.empty() ? "memory" : options.directory;
  const auto refused = [&where](const Error& error) {
    return fail(Code::usage, "cannot open the store in " + where + ": " + error.message(), "choose another directory with --data");
  };
  // Before anything is written, even the journal's mode: a newer or foreign file is left as it is.
  if (auto status = migrate(**database, where); !status) {
    if (status.error().code() == Code::usage) return fail(std::move(status.error()));
    return refused(status.error());
  }
  if (auto status = (*database)->execute(kWriterPragmas); !status) return refused(status.error());
  return std::unique_ptr<Store>(std::make_unique<SqliteStore>(std::move(lock), std::move(*database), path));
}

}  // namespace facio::store
