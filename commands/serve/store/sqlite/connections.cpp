#include "commands/serve/store/sqlite/connections.hpp"

namespace facio::store {

Result<Connections::Lease> Connections::lease() {
  if (shared_ != nullptr) return Lease(*shared_, std::unique_lock(*turn_));
  {
    const std::lock_guard guard(mutex_);
    if (!idle_.empty()) {
      auto database = std::move(idle_.back());
      idle_.pop_back();
      return Lease(this, std::move(database));
    }
  }
  auto database = Database::open(path_);
  if (!database) return fail(std::move(database.error()));
  // A small cache: the pages a reader needs again are in the system's cache anyway.
  if (auto status = (*database)->execute("PRAGMA query_only=ON; PRAGMA cache_size=-512;"); !status) return fail(std::move(status.error()));
  return Lease(this, std::move(*database));
}

void Connections::give_back(std::unique_ptr<Database> database) {
  const std::lock_guard guard(mutex_);
  idle_.push_back(std::move(database));
}

}  // namespace facio::store
