// Connections for reading: one for each thread that reads at the same time, kept for the next reader.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "commands/serve/lock_levels.hpp"
#include "commands/serve/overload.hpp"
#include "commands/serve/store/sqlite/database.hpp"

namespace facio::store {

/// Lends connections. A store in memory has only one connection, which readers and the writer share in turn.
class Connections {
 public:
  /// Reads from the file at `path`.
  explicit Connections(std::string path, Database::Access access = Database::Access::full) : path_(std::move(path)), access_(access) {}
  /// Shares one connection, of which the holder of `turn` is the only user.
  Connections(Database& shared, std::recursive_mutex& turn) : shared_(&shared), turn_(&turn) {}

  /// Runs `read`, which returns a Result, on a connection. A connection whose `read` throws is closed, unless it is the shared one.
  template <class F, class Read = std::invoke_result_t<F&, Database&>>
  Read read(F&& read) {
    const serve::HeldLock held(serve::LockLevel::store);
    if (shared_ != nullptr) {
      const std::lock_guard guard(*turn_);
      return read(*shared_);
    }
    auto database = take();
    if (!database) return fail(std::move(database.error()));
    Read result = read(**database);
    const std::lock_guard guard(mutex_);
    idle_.push_back(std::move(*database));
    return result;
  }

  /// Runs `read` on a connection that sees one state of the store from beginning to end.
  template <class F, class Read = std::invoke_result_t<F&, Database&>>
  Read snapshot(F&& read) {
    return this->read([&read](Database& database) -> Read {
      if (auto begun = database.execute("BEGIN"); !begun) return fail(std::move(begun.error()));
      const Undo undo{database};  // also when `read` throws: the shared connection goes on to be used
      Read result = read(database);
      if (auto ended = database.execute("COMMIT"); !ended && result) return fail(std::move(ended.error()));
      return result;
    });
  }

 private:
  /// Ends the transaction that is open, if one is.
  struct Undo {
    Database& database;
    ~Undo() {
      if (database.in_transaction()) (void)database.execute("ROLLBACK");
    }
  };

  /// An idle connection, or a new one.
  Result<std::unique_ptr<Database>> take() {
    {
      const std::lock_guard guard(mutex_);
      if (!idle_.empty()) {
        auto database = std::move(idle_.back());
        idle_.pop_back();
        return database;
      }
    }
    auto database = Database::open(path_, access_);
    if (!database) return fail(serve::overloaded(Code::unavailable, "the store cannot be read now: " + database.error().message()));
    // A small cache: the pages a reader needs again are in the system's cache anyway.
    if (auto status = (*database)->execute("PRAGMA query_only=ON; PRAGMA cache_size=-512;"); !status)
      return fail(std::move(status.error()));
    return database;
  }

  std::string path_;
  Database::Access access_ = Database::Access::full;
  Database* shared_ = nullptr;
  std::recursive_mutex* turn_ = nullptr;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Database>> idle_;
};

}  // namespace facio::store
