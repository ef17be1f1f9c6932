// How many requests to providers go on at once.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "commands/serve/cancel.hpp"

namespace facio::serve {

/// Places for each agent, given in the order in which they were asked for. Safe from any thread.
class RequestSlots {
 public:
  /// A place that is held; given back when it goes.
  class Slot {
   public:
    Slot() = default;
    Slot(RequestSlots& slots, std::string agent) : slots_(&slots), agent_(std::move(agent)) {}
    Slot(Slot&& other) noexcept : slots_(std::exchange(other.slots_, nullptr)), agent_(std::move(other.agent_)) {}
    Slot& operator=(Slot&&) = delete;
    ~Slot() {
      if (slots_ != nullptr) slots_->release(agent_);
    }
    explicit operator bool() const { return slots_ != nullptr; }

   private:
    RequestSlots* slots_ = nullptr;
    std::string agent_;
  };

  /// Waits for one of `most` places; an empty one when the work was cancelled meanwhile.
  Slot take(std::string_view agent, std::int64_t most, const Cancel& cancel);

 private:
  struct Waiting {
    int fd;
    bool given = false;
  };
  struct Places {
    std::int64_t taken = 0;
    std::deque<Waiting*> waiting;
  };
  void release(const std::string& agent);

  std::mutex mutex_;
  std::map<std::string, Places, std::less<>> agents_;
};

}  // namespace facio::serve
