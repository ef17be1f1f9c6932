// A thin layer over SQLite: connections and statements that free themselves and give Results.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "cli/core/result.hpp"
#include "cli/core/unique_function.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace facio::store {

class Database;

/// A prepared statement on loan from its connection's cache; given back, reset and unbound, when destroyed.
class Statement {
 public:
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  /// Binds the next parameter, from left to right. A failure is told by step().
  Statement& bind(std::int64_t value);
  Statement& bind(std::string_view value);
  /// Without a copy: the text must live until the statement is given back.
  Statement& bind_lent(std::string_view value);
  Statement& bind_lent(const std::optional<std::string>& value);
  Statement& bind_bytes(std::string_view value);
  /// NULL when empty.
  Statement& bind(const std::optional<std::string>& value);

  /// True when there is a row, false at the end.
  Result<bool> step();
  /// Steps to the end, for statements that give no rows.
  Status run();

  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const;
  /// Valid until the next step.
  [[nodiscard]] std::string_view text(int column) const;
  /// The same for a BLOB.
  [[nodiscard]] std::string_view bytes(int column) const;

 private:
  friend class Database;
  Statement(Database* database, sqlite3_stmt* handle, bool* in_use) : database_(database), handle_(handle), in_use_(in_use) {}
  Database* database_;
  sqlite3_stmt* handle_;
  bool* in_use_;  ///< flag of the cache entry; null when the statement is not cached
  int bound_ = 0;
  int failed_ = 0;
};

/// One connection. To be used by one thread at a time.
class Database {
 public:
  /// Opens a file that exists, or memory for ":memory:".
  static Result<std::unique_ptr<Database>> open(const std::string& path);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// A statement for this text, prepared once and kept.
  Result<Statement> prepare(std::string_view sql);
  /// Runs one or several statements that give no rows.
  Status execute(const char* sql);
  /// The first column of the first row; nothing when there is no row.
  Result<std::optional<std::int64_t>> integer(std::string_view sql);
  /// Calls `grown` after every commit of this connection with the number of pages in the log file, which it never copies by itself then.
  /// `grown` lives as long as the connection.
  void watch_log(UniqueFunction<void(int)>& grown);
  struct Checkpoint {
    int pages = 0, copied = 0;  ///< of the log file
  };
  /// Copies the log file into the database, as far as that goes without waiting for anybody.
  Result<Checkpoint> checkpoint();
  /// The failure that SQLite reports for `code`.
  [[nodiscard]] Error error(int code) const;

 private:
  explicit Database(sqlite3* handle) : handle_(handle) {}
  struct Cached {
    sqlite3_stmt* handle = nullptr;
    bool in_use = false;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  void trim_cache();

  sqlite3* handle_;
  std::unordered_map<std::string, std::unique_ptr<Cached>, Hash, std::equal_to<>> cache_;
};

}  // namespace facio::store
