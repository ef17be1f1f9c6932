#include "commands/facio/runtime/loop/request_slots.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "cli/http/connection.hpp"

namespace facio::serve {

RequestSlots::Slot RequestSlots::take(std::string_view agent, std::int64_t most, const Cancel& cancel) {
  Waiting waiting{.fd = -1};
  {
    const std::lock_guard lock(mutex_);
    Places& places = agents_.try_emplace(std::string(agent)).first->second;
    if (places.taken < most && places.waiting.empty()) {
      ++places.taken;
      return {*this, std::string(agent)};
    }
    waiting.fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    places.waiting.push_back(&waiting);
  }
  (void)http::wait_for(waiting.fd, false, std::chrono::steady_clock::now() + std::chrono::hours(24 * 7), cancel.fd());
  const std::lock_guard lock(mutex_);
  ::close(waiting.fd);
  if (waiting.given) return {*this, std::string(agent)};  // the caller sees by itself that it was cancelled
  std::erase(agents_.find(agent)->second.waiting, &waiting);
  return {};
}

void RequestSlots::release(const std::string& agent) {
  const std::lock_guard lock(mutex_);
  Places& places = agents_.find(agent)->second;
  if (places.waiting.empty()) {
    --places.taken;
    return;
  }
  Waiting* next = places.waiting.front();
  places.waiting.pop_front();
  next->given = true;
  (void)::eventfd_write(next->fd, 1);
}

}  // namespace facio::serve
