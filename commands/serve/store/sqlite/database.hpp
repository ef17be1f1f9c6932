// A thin layer over SQLite: connections, and statements that free themselves and return Results.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include "cli/core/result.hpp"
#include "cli/core/unique_function.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace facio::store {

class Database;

/// The value of a BLOB parameter.
struct Blob {
  std::string_view bytes;
};

/// A prepared statement on loan from its connection's cache; returned, reset and unbound, when destroyed. Preparing and binding never fail
/// visibly: the first error is kept and returned by whatever steps the statement.
class Statement {
 public:
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  /// Binds the next parameters, from left to right: integers, texts, Blobs, or optionals of these (NULL when empty). Texts and Blobs are
  /// not copied: they must outlive the last step.
  template <class... T>
  Statement& bind(const T&... values) {
    (bind_value(values), ...);
    return *this;
  }

  /// True if there is a row, false at the end.
  Result<bool> step();
  /// Steps to the end and ignores any rows.
  Status run();
  /// The same; the number of rows that were changed, and whether there were any.
  Result<std::int64_t> run_counted();
  Result<bool> run_any();
  /// Calls `row(*this)` for every row. If that returns a bool, false ends the loop; if it returns a Status, an error does.
  template <class F>
  Status each(F&& row);
  /// All rows, each converted by `read(*this)`.
  template <class F, class T = std::invoke_result_t<F&, const Statement&>>
  Result<std::vector<T>> all(F&& read);
  /// The first row converted by `read(*this)`, or nothing if there is none. Runs the statement to its end.
  template <class F, class T = std::invoke_result_t<F&, const Statement&>>
  Result<std::optional<T>> first(F&& read);
  /// The first column of the first row.
  Result<std::optional<std::string>> first_text();
  Result<std::optional<std::int64_t>> first_integer();

  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const;
  /// Valid until the next step.
  [[nodiscard]] std::string_view text(int column) const;
  [[nodiscard]] std::string_view bytes(int column) const;

 private:
  friend class Database;
  Statement(Database* database, sqlite3_stmt* handle, bool* in_use, int failed)
      : database_(database), handle_(handle), in_use_(in_use), failed_(failed) {}

  template <class T>
  void bind_value(const T& value) {
    if constexpr (std::is_integral_v<T>) bind_integer(static_cast<std::int64_t>(value));
    else if constexpr (std::is_convertible_v<const T&, std::string_view>) bind_text(value);
    else if constexpr (std::is_same_v<T, Blob>) bind_blob(value.bytes);
    else if (value) bind_value(*value);
    else ++bound_;  // unbound parameters are NULL
  }
  void bind_integer(std::int64_t value);
  void bind_text(std::string_view value);
  void bind_blob(std::string_view value);

  Database* database_;
  sqlite3_stmt* handle_;
  bool* in_use_;  ///< flag of the cache entry; null if the statement is not cached
  int bound_ = 0;
  int failed_;  ///< SQLite's code of the first error; 0: none
};

/// One connection, for one thread at a time.
class Database {
 public:
  enum class Access : bool { full, reads };
  /// Opens an existing file, or memory for ":memory:". With Access::reads nothing in the file is changed, not even what the log holds.
  static Result<std::unique_ptr<Database>> open(const std::string& path, Access access = Access::full);
  ~Database();

  /// A statement for this text, prepared once and kept, with its first parameters bound.
  template <class... T>
  Statement query(std::string_view sql, const T&... values) {
    Statement statement = prepare(sql);
    statement.bind(values...);
    return statement;
  }
  /// Runs a statement, ignoring any rows.
  template <class... T>
  Status run(std::string_view sql, const T&... values) {
    return query(sql, values...).run();
  }
  /// Runs one or several statements without parameters.
  Status execute(const char* sql);
  /// Whether a BEGIN waits for its end.
  [[nodiscard]] bool in_transaction() const;
  /// Calls `grown`, which must outlive the connection, after every commit of this connection with the number of pages in the log file.
  /// SQLite no longer checkpoints the log by itself then.
  void watch_log(UniqueFunction<void(int)>& grown);
  struct Checkpoint {
    int pages = 0, copied = 0;  ///< of the log file
    bool busy = false;          ///< another program is doing one, and nothing was copied here
  };
  /// Copies as much of the log file into the database as is possible without waiting.
  Result<Checkpoint> checkpoint();
  /// The error that SQLite reports for `code`.
  [[nodiscard]] Error error(int code) const;

 private:
  friend class Statement;
  explicit Database(sqlite3* handle) : handle_(handle) {}
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  struct Cached {
    std::unique_ptr<sqlite3_stmt, Finalize> handle;
    bool in_use = false;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  Statement prepare(std::string_view sql);

  sqlite3* handle_;
  std::unordered_map<std::string, Cached, Hash, std::equal_to<>> cache_;
};

template <class F>
Status Statement::each(F&& row) {
  using Returned = std::invoke_result_t<F&, const Statement&>;
  for (;;) {
    auto more = step();
    if (!more) return fail(std::move(more.error()));
    if (!*more) return {};
    if constexpr (std::is_void_v<Returned>) row(*this);
    else if constexpr (std::is_same_v<Returned, bool>) {
      if (!row(*this)) return {};
    } else if (Status status = row(*this); !status) {
      return status;
    }
  }
}

template <class F, class T>
Result<std::vector<T>> Statement::all(F&& read) {
  std::vector<T> found;
  if (auto status = each([&](const Statement& row) { found.push_back(read(row)); }); !status) return fail(std::move(status.error()));
  return found;
}

template <class F, class T>
Result<std::optional<T>> Statement::first(F&& read) {
  std::optional<T> found;
  const auto keep = [&](const Statement& row) {
    if (!found) found.emplace(read(row));
  };
  if (auto status = each(keep); !status) return fail(std::move(status.error()));
  return found;
}

}  // namespace facio::store
