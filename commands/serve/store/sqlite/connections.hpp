// Connections for reading: one for each thread that reads at the same time, kept for the next reader.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "commands/serve/store/sqlite/database.hpp"

namespace facio::store {

/// Lends connections. With a store in memory there is only one connection, which readers and the writer share in turn.
class Connections {
 public:
  /// Reads from the file at `path`.
  explicit Connections(std::string path) : path_(std::move(path)) {}
  /// Shares one connection.
  Connections(Database& shared, std::recursive_mutex& turn) : shared_(&shared), turn_(&turn) {}

  /// A connection on loan.
  class Lease {
   public:
    Lease(Connections* from, std::unique_ptr<Database> own) : from_(from), own_(std::move(own)), database_(own_.get()) {}
    Lease(Database& shared, std::unique_lock<std::recursive_mutex> turn) : turn_(std::move(turn)), database_(&shared) {}
    Lease(Lease&&) noexcept = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (own_) from_->give_back(std::move(own_));
    }
    Database& operator*() const { return *database_; }
    Database* operator->() const { return database_; }

   private:
    Connections* from_ = nullptr;
    std::unique_ptr<Database> own_;
    std::unique_lock<std::recursive_mutex> turn_;
    Database* database_;
  };

  Result<Lease> lease();

  /// Runs `read` on a connection that sees one state of the store from beginning to end.
  template <class T>
  Result<T> snapshot(const std::function<Result<T>(Database&)>& read) {
    auto connection = lease();
    if (!connection) return fail(std::move(connection.error()));
    if (auto begun = (*connection)->execute("BEGIN"); !begun) return fail(std::move(begun.error()));
    auto result = read(**connection);
    if (auto ended = (*connection)->execute("COMMIT"); !ended) {
      (void)(*connection)->execute("ROLLBACK");
      if (result) return fail(std::move(ended.error()));
    }
    return result;
  }

 private:
  void give_back(std::unique_ptr<Database> database);

  std::string path_;
  Database* shared_ = nullptr;
  std::recursive_mutex* turn_ = nullptr;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Database>> idle_;
};

}  // namespace facio::store
