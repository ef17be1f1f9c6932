#include "commands/serve/store/sqlite/database.hpp"

#include <sqlite3.h>

namespace facio::store {
namespace {

// Queries with many filter values have texts of their own; a connection keeps no more than this.
constexpr std::size_t kCachedStatements = 64;

}  // namespace

// --------------------------------------------------------------------------------------------------- statement

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_),
      handle_(std::exchange(other.handle_, nullptr)),
      in_use_(other.in_use_),
      bound_(other.bound_),
      failed_(other.failed_) {}

Statement::~Statement() {
  if (handle_ == nullptr) return;
  if (in_use_ == nullptr) {
    sqlite3_finalize(handle_);
    return;
  }
  sqlite3_reset(handle_);
  sqlite3_clear_bindings(handle_);
  *in_use_ = false;
}

Statement& Statement::bind(std::int64_t value) {
  if (const int code = sqlite3_bind_int64(handle_, ++bound_, value); code != SQLITE_OK) failed_ = code;
  return *this;
}

Statement& Statement::bind(std::string_view value) {
  // An empty view may have no address, and SQLite would read that as NULL.
  const char* data = value.data() == nullptr ? "" : value.data();
  if (const int code = sqlite3_bind_text64(handle_, ++bound_, data, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8); code != SQLITE_OK)
    failed_ = code;
  return *this;
}

Statement& Statement::bind_lent(std::string_view value) {
  const char* data = value.data() == nullptr ? "" : value.data();
  if (const int code = sqlite3_bind_text64(handle_, ++bound_, data, value.size(), SQLITE_STATIC, SQLITE_UTF8); code != SQLITE_OK)
    failed_ = code;
  return *this;
}

Statement& Statement::bind_lent(const std::optional<std::string>& value) {
  if (value) return bind_lent(std::string_view(*value));
  ++bound_;
  return *this;
}

Statement& Statement::bind_bytes(std::string_view value) {
  if (const int code = sqlite3_bind_blob64(handle_, ++bound_, value.data(), value.size(), SQLITE_TRANSIENT); code != SQLITE_OK)
    failed_ = code;
  return *this;
}

Statement& Statement::bind(const std::optional<std::string>& value) {
  if (value) return bind(std::string_view(*value));
  ++bound_;  // unbound parameters are NULL
  return *this;
}

Result<bool> Statement::step() {
  if (failed_ != 0) return fail(database_->error(failed_));
  const int code = sqlite3_step(handle_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return fail(database_->error(code));
}

Status Statement::run() {
  for (;;) {
    auto row = step();
    if (!row) return fail(std::move(row.error()));
    if (!*row) return {};
  }
}

bool Statement::is_null(int column) const { return sqlite3_column_type(handle_, column) == SQLITE_NULL; }

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(handle_, column); }

std::string_view Statement::text(int column) const {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(handle_, column));
  if (data == nullptr) return {};
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))};
}

std::string_view Statement::bytes(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(handle_, column));
  if (data == nullptr) return {};
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))};
}

// ---------------------------------------------------------------------------------------------------- database

Result<std::unique_ptr<Database>> Database::open(const std::string& path) {
  sqlite3* handle = nullptr;
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  if (path == ":memory:") flags |= SQLITE_OPEN_CREATE;
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  std::unique_ptr<Database> database(new Database(handle));
  if (code != SQLITE_OK) return fail(Code::usage, "cannot open " + path + ": " + sqlite3_errstr(code));
  // Values of secrets must not stay readable in freed pages.
  if (auto status =
          database->execute("PRAGMA foreign_keys=ON; PRAGMA secure_delete=FAST; PRAGMA temp_store=MEMORY; PRAGMA trusted_schema=OFF;");
      !status)
    return fail(std::move(status.error()));
  sqlite3_busy_timeout(handle, 5000);
  return database;
}

Database::~Database() {
  for (auto& [text, entry] : cache_) sqlite3_finalize(entry->handle);
  sqlite3_close_v2(handle_);
}

void Database::trim_cache() {
  for (auto entry = cache_.begin(); entry != cache_.end();) {
    if (entry->second->in_use) {
      ++entry;
      continue;
    }
    sqlite3_finalize(entry->second->handle);
    entry = cache_.erase(entry);
  }
}

Result<Statement> Database::prepare(std::string_view sql) {
  const auto found = cache_.find(sql);
  if (found != cache_.end() && !found->second->in_use) {
    found->second->in_use = true;
    return Statement(this, found->second->handle, &found->second->in_use);
  }
  const bool keep = found == cache_.end();
  sqlite3_stmt* handle = nullptr;
  const int code =
      sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()), keep ? SQLITE_PREPARE_PERSISTENT : 0U, &handle, nullptr);
  if (code != SQLITE_OK) return fail(error(code));
  if (!keep) return Statement(this, handle, nullptr);
  if (cache_.size() >= kCachedStatements) trim_cache();
  auto entry = std::make_unique<Cached>(Cached{handle, true});
  bool* in_use = &entry->in_use;
  cache_.emplace(std::string(sql), std::move(entry));
  return Statement(this, handle, in_use);
}

Status Database::execute(const char* sql) {
  const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return fail(error(code));
  return {};
}

Result<std::optional<std::int64_t>> Database::integer(std::string_view sql) {
  auto statement = prepare(sql);
  if (!statement) return fail(std::move(statement.error()));
  auto row = statement->step();
  if (!row) return fail(std::move(row.error()));
  if (!*row) return std::optional<std::int64_t>{};
  return std::optional<std::int64_t>{statement->integer(0)};
}

void Database::watch_log(UniqueFunction<void(int)>& grown) {
  const auto call = [](void* to, sqlite3*, const char*, int pages) {
    (*static_cast<UniqueFunction<void(int)>*>(to))(pages);
    return SQLITE_OK;
  };
  sqlite3_wal_hook(handle_, call, &grown);
}

Result<Database::Checkpoint> Database::checkpoint() {
  Checkpoint done;
  const int code = sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_PASSIVE, &done.pages, &done.copied);
  if (code != SQLITE_OK) return fail(error(code));
  return done;
}

Error Database::error(int code) const {
  std::string text = sqlite3_errstr(code);
  if ((sqlite3_errcode(handle_) & 0xff) == (code & 0xff)) text = sqlite3_errmsg(handle_);
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return Error(Code::unavailable, "the store is busy: " + text);
    case SQLITE_CONSTRAINT: return Error(Code::conflict, "the store refused the change: " + text);
    case SQLITE_FULL: return Error(Code::unavailable, "the store's disk is full; free some space and try again");
    case SQLITE_IOERR: return Error(Code::unavailable, "the store's disk refuses: " + text);
    default: return Error(Code::internal, "the store failed: " + text);
  }
}

}  // namespace facio::store
