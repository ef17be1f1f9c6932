// The store on SQLite: the directory, its lock, the writer and the readers.
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <future>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/core/files.hpp"
#include "commands/serve/store/sqlite/audit_chain.hpp"
#include "commands/serve/store/sqlite/audit_tree.hpp"
#include "commands/serve/store/sqlite/checkpoints.hpp"
#include "commands/serve/store/sqlite/reads.hpp"
#include "commands/serve/store/sqlite/schema.hpp"
#include "commands/serve/store/sqlite/writer.hpp"

namespace facio::store {
namespace {

tl::unexpected<Error> unusable(const std::string& what, int error) {
  return fail(code_of_system(error), "cannot use " + what + ": " + system_reason(error), "choose another directory with --data");
}

Status make_directory(const std::string& directory) {
  namespace fs = std::filesystem;
  const fs::path path(directory);
  std::error_code error;
  (void)make_directories_above(directory);
  if (facio::make_directory(directory)) return {};
  if (errno != EEXIST) return unusable("the data directory " + directory, errno);
  if (!fs::is_directory(path, error)) return unusable("the data directory " + directory, ENOTDIR);
  return {};
}

Descriptor open_private(const std::string& path) {
  return Descriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
}

/// The process whose id is in the lock file.
std::string holder(int fd) {
  char text[24] = {};
  const ssize_t got = ::pread(fd, text, sizeof text - 1, 0);
  std::string pid(text, got > 0 ? static_cast<std::size_t>(got) : 0);
  if (const auto end = pid.find('\n'); end != std::string::npos) pid.resize(end);
  return pid.empty() ? "another process" : "process " + pid;
}

/// Makes the data directory (0700) if it is missing and locks it for as long as the result is open; the lock file stays, since removing it
/// would race with the next holder.
Result<Descriptor> lock_directory(const std::string& directory) {
  if (auto made = make_directory(directory); !made) return fail(std::move(made.error()));
  const std::string path = directory + "/lock";
  Descriptor lock = open_private(path);
  if (!lock) return unusable("the data directory " + directory, errno);
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return unusable("the lock file " + path, errno);
    return fail(Code::conflict, "the data directory " + directory + " is in use by " + holder(lock.get()),
                "stop it, or choose another directory with --data");
  }
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(lock.get(), 0) != 0 || !write_all(lock.get(), pid)) return unusable("the lock file " + path, errno);
  return lock;
}

class SqliteStore final : public Store {
 public:
  SqliteStore(Descriptor lock, std::unique_ptr<Database> database, const std::string& path, std::int64_t most_bytes)
      : lock_(std::move(lock)),
        database_(std::move(database)),
        connections_(path.empty() ? std::make_unique<Connections>(*database_, turn_) : std::make_unique<Connections>(path)),
        checkpoints_(path.empty() ? nullptr : std::make_unique<Checkpoints>(*database_, path)),
        writer_(*database_, path.empty() ? &turn_ : nullptr, versions_, ends_, path.empty() ? most_bytes : 0) {}

  Status start(const std::string& directory) { return writer_.start(directory); }

  SettingsReads& settings() override { return *settings_; }
  DocumentReads& documents() override { return *documents_; }
  CronReads& cron() override { return *cron_; }
  AuditReads& audit() override { return *audit_; }
  SessionReads& sessions() override { return *sessions_; }
  UsageReads& usage() override { return *usage_; }
  A2aTaskReads& a2a_tasks() override { return *a2a_tasks_; }
  void submit(UniqueFunction<Status(Transaction&)> work, UniqueFunction<void(Status)> done) override {
    writer_.submit(std::move(work), std::move(done));
  }
  void listen(UniqueFunction<void()> committed) override { writer_.listen(std::move(committed)); }
  void note(std::string_view agent, AuditEvent event, UniqueFunction<void()> then) override {
    writer_.note(agent, std::move(event), std::move(then));
  }

 private:
  // In this order: the writer ends first, the lock is released last.
  Descriptor lock_;  ///< of the directory; none in memory
  std::recursive_mutex turn_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Connections> connections_;
  Versions versions_;
  AuditEnds ends_;
  const std::unique_ptr<SettingsReads> settings_ = settings_reads(*connections_);
  const std::unique_ptr<DocumentReads> documents_ = document_reads(*connections_);
  const std::unique_ptr<CronReads> cron_ = cron_reads(*connections_, versions_.cron);
  const std::unique_ptr<AuditReads> audit_ = audit_reads(*connections_, ends_);
  const std::unique_ptr<SessionReads> sessions_ = session_reads(*connections_, versions_.sessions);
  const std::unique_ptr<UsageReads> usage_ = usage_reads(*connections_);
  const std::unique_ptr<A2aTaskReads> a2a_tasks_ = a2a_task_reads(*connections_);
  std::unique_ptr<Checkpoints> checkpoints_;
  Writer writer_;
};

// FULL: a commit is on disk when it is acknowledged. The log file is truncated to 16 MiB when it begins anew: it seldom grows further.
constexpr const char* kWriterPragmas =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-8192; PRAGMA journal_size_limit=16777216;";

}  // namespace

Status Store::run(UniqueFunction<Status(Transaction&)> work) {
  std::promise<Status> promise;
  auto future = promise.get_future();
  submit(std::move(work), [&promise](Status status) { promise.set_value(std::move(status)); });
  return future.get();
}

Status Store::drain() {
  const auto nothing = [](Transaction&) { return Status{}; };
  auto first = run(nothing);
  // What finished meanwhile may have submitted more: the note of a change that was undone, the end of a task that may not begin any more.
  auto second = run(nothing);
  return first ? second : first;
}

Result<std::unique_ptr<Store>> open_sqlite(const StoreOptions& options) {
  Descriptor lock;
  std::string path;
  if (!options.directory.empty()) {
    auto locked = lock_directory(options.directory);
    if (!locked) return fail(std::move(locked.error()));
    lock = std::move(*locked);
    path = options.directory + "/facio.db";
    // Made here, so that it is private from its first moment; SQLite gives its other files the same mode.
    if (!open_private(path)) return unusable(path, errno);
  }
  auto database = Database::open(path.empty() ? ":memory:" : path);
  if (!database) return fail(std::move(database.error()));
  const std::string where = path.empty() ? "memory" : options.directory;
  const auto refused = [&where](const Error& error) {
    const Code code = error.code() == Code::unavailable ? Code::output : Code::usage;  // the disk, or what was named
    return fail(code, "cannot open the store in " + where + ": " + error.message(), "choose another directory with --data");
  };
  // Before anything is written, even the journal mode: a newer or foreign file is left alone.
  if (auto status = migrate(**database, where); !status) {
    if (status.error().code() == Code::usage) return fail(std::move(status.error()));
    return refused(status.error());
  }
  if (auto status = (*database)->execute(kWriterPragmas); !status) return refused(status.error());
  if (auto status = complete_trees(**database); !status) return refused(status.error());
  auto store = std::make_unique<SqliteStore>(std::move(lock), std::move(*database), path, options.most_bytes);
  if (auto status = store->start(options.directory); !status) return refused(status.error());
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace facio::store
