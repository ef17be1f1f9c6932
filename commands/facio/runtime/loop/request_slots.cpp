#include "commands/facio/runtime/loop/request_slots.hpp"

#include <chrono>

#include "cli/http/connection.hpp"

namespace facio::serve {

RequestSlots::Slot RequestSlots::take(std::string_view agent, std::int64_t most, const Cancel& cancel) {
  std::unique_lock lock(mutex_);
  Slots& slots = agents_.try_emplace(std::string(agent)).first->second;
  if (slots.taken < most && slots.waiting.empty()) {
    ++slots.taken;
    return slot_for(agent);
  }
  Waiter waiter;
  if (waiter.wake.fd() < 0) return {};  // without a descriptor nothing could end the wait
  slots.waiting.push_back(&waiter);
  lock.unlock();
  (void)http::wait_for(waiter.wake.fd(), false, std::chrono::steady_clock::now() + std::chrono::hours(24 * 7), cancel.fd());
  lock.lock();
  if (waiter.given) return slot_for(agent);  // even when cancelled: the caller checks that
  std::erase(slots.waiting, &waiter);
  return {};
}

RequestSlots::Slot RequestSlots::slot_for(std::string_view agent) {
  return {this, [agent = std::string(agent)](RequestSlots* slots) { slots->release(agent); }};
}

void RequestSlots::release(const std::string& agent) {
  const std::lock_guard lock(mutex_);
  Slots& slots = agents_.find(agent)->second;
  if (slots.waiting.empty()) {
    --slots.taken;
    return;
  }
  Waiter* next = slots.waiting.front();
  slots.waiting.pop_front();
  next->given = true;
  next->wake.cancel("");
}

}  // namespace facio::serve
