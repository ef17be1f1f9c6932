#include "commands/serve/store/sqlite/database.hpp"

#include <sqlite3.h>

namespace facio::store {
namespace {

// The most that a connection keeps; queries vary with their filters.
constexpr std::size_t kCachedStatements = 64;

}  // namespace

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

void Statement::bind_integer(std::int64_t value) {
  const int code = sqlite3_bind_int64(handle_, ++bound_, value);
  if (failed_ == SQLITE_OK) failed_ = code;
}

void Statement::bind_text(std::string_view value) {
  // An empty view may have a null pointer, which SQLite would take for NULL.
  const char* data = value.data() == nullptr ? "" : value.data();
  const int code = sqlite3_bind_text64(handle_, ++bound_, data, value.size(), SQLITE_STATIC, SQLITE_UTF8);
  if (failed_ == SQLITE_OK) failed_ = code;
}

void Statement::bind_blob(std::string_view value) {
  const int code = sqlite3_bind_blob64(handle_, ++bound_, value.data(), value.size(), SQLITE_STATIC);
  if (failed_ == SQLITE_OK) failed_ = code;
}

Result<bool> Statement::step() {
  if (failed_ != SQLITE_OK) return fail(database_->error(failed_));
  const int code = sqlite3_step(handle_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return fail(database_->error(code));
}

Status Statement::run() {
  return each([](const Statement&) {});
}

Result<std::int64_t> Statement::run_counted() {
  return run().map([this] { return std::int64_t{sqlite3_changes64(database_->handle_)}; });
}

Result<bool> Statement::run_any() {
  return run_counted().map([](std::int64_t rows) { return rows != 0; });
}

Result<std::optional<std::string>> Statement::first_text() {
  return first([](const Statement& row) { return std::string(row.text(0)); });
}

Result<std::optional<std::int64_t>> Statement::first_integer() {
  return first([](const Statement& row) { return row.integer(0); });
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

Result<std::unique_ptr<Database>> Database::open(const std::string& path, Access access) {
  sqlite3* handle = nullptr;
  int flags = (access == Access::reads ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  if (path == ":memory:") flags |= SQLITE_OPEN_CREATE;
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  std::unique_ptr<Database> database(new Database(handle));
  if (code != SQLITE_OK) return fail(Code::usage, "cannot open " + path + ": " + sqlite3_errstr(code));
  // Secrets must not stay readable in freed pages.
  if (auto status =
          database->execute("PRAGMA foreign_keys=ON; PRAGMA secure_delete=FAST; PRAGMA temp_store=MEMORY; PRAGMA trusted_schema=OFF;");
      !status)
    return fail(std::move(status.error()));
  sqlite3_busy_timeout(handle, 5000);
  return database;
}

Database::~Database() {
  cache_.clear();
  sqlite3_close_v2(handle_);
}

void Database::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Statement Database::prepare(std::string_view sql) {
  const auto found = cache_.find(sql);
  if (found != cache_.end() && !found->second.in_use) {
    found->second.in_use = true;
    return {this, found->second.handle.get(), &found->second.in_use, SQLITE_OK};
  }
  const bool keep = found == cache_.end();
  sqlite3_stmt* handle = nullptr;
  const int code =
      sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()), keep ? SQLITE_PREPARE_PERSISTENT : 0U, &handle, nullptr);
  if (code != SQLITE_OK || !keep) return {this, handle, nullptr, code};
  if (cache_.size() >= kCachedStatements) std::erase_if(cache_, [](const auto& entry) { return !entry.second.in_use; });
  Cached& entry = cache_[std::string(sql)];
  entry.handle.reset(handle);
  entry.in_use = true;
  return {this, handle, &entry.in_use, SQLITE_OK};
}

Status Database::execute(const char* sql) {
  const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return fail(error(code));
  return {};
}

bool Database::in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }

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
  if ((code & 0xff) == SQLITE_BUSY) return Checkpoint{.busy = true};
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
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return Error(Code::integrity, "the store is damaged: " + text);
    case SQLITE_FULL: return Error(Code::unavailable, "the store's disk is full; free some space and try again");
    case SQLITE_IOERR: return Error(Code::unavailable, "I/O error on the store's disk: " + text);
    case SQLITE_CANTOPEN: return Error(Code::unavailable, "the store cannot open its files: " + text);
    case SQLITE_NOMEM: return Error(Code::unavailable, "out of memory for the store");
    default: return Error(Code::internal, "the store failed: " + text);
  }
}

}  // namespace facio::store
