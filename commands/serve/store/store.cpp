#include "commands/serve/store/store.hpp"

#include <future>

namespace facio::store {

Status Store::run(UniqueFunction<Status(Transaction&)> work) {
  std::promise<Status> promise;
  auto future = promise.get_future();
  submit(std::move(work), [&promise](Status status) { promise.set_value(std::move(status)); });
  return future.get();
}

Status Store::drain() {
  return run([](Transaction&) { return Status{}; });
}

}  // namespace facio::store
