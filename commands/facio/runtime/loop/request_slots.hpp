// Limits the concurrent requests to providers.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "commands/serve/cancel.hpp"

namespace facio::serve {

/// Slots for each agent, given in the order of the requests. Safe from any thread.
class RequestSlots {
 public:
  /// Gives the slot back when it is destroyed; null: none.
  using Slot = std::shared_ptr<const void>;

  /// Waits for one of `most` slots; returns none when the work was cancelled meanwhile.
  Slot take(std::string_view agent, std::int64_t most, const Cancel& cancel);

 private:
  struct Waiter {
    Cancel wake;
    bool given = false;
  };
  struct Slots {
    std::int64_t taken = 0;
    std::deque<Waiter*> waiting;
  };
  Slot slot_for(std::string_view agent);
  void release(const std::string& agent);

  std::mutex mutex_;
  std::map<std::string, Slots, std::less<>> agents_;
};

}  // namespace facio::serve
