#include "commands/facio/runtime/loop/turn_deadlines.hpp"

namespace facio::serve {

TurnDeadlines::~TurnDeadlines() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

Result<TurnDeadlines::Guard> TurnDeadlines::arm(Cancel& cancel, std::chrono::milliseconds in, std::string why) {
  const std::lock_guard lock(mutex_);
  if (!thread_.joinable()) {
    auto thread = Thread::start("the deadlines of turns", [this] { loop(); });
    if (!thread) return fail(std::move(thread.error()));
    thread_ = std::move(*thread);
  }
  const auto place = entries_.emplace(std::chrono::steady_clock::now() + in, Entry{&cancel, std::move(why)});
  if (place == entries_.begin()) changed_.notify_all();
  return Guard(this, [place](TurnDeadlines* deadlines) {
    const std::lock_guard inner(deadlines->mutex_);
    deadlines->entries_.erase(place);
  });
}

void TurnDeadlines::loop() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    auto next = entries_.begin();
    while (next != entries_.end() && next->first <= std::chrono::steady_clock::now()) {
      next->second.cancel->cancel(next->second.why, Code::timeout);  // it stays until its guard goes
      ++next;
    }
    if (next == entries_.end()) changed_.wait(lock);
    else changed_.wait_until(lock, Instant(next->first));
  }
}

}  // namespace facio::serve
