#include "commands/facio/mcp/server/waiting.hpp"

#include <sys/timerfd.h>

#include <algorithm>

#include "cli/http/connection.hpp"

namespace facio::serve {

using std::chrono::steady_clock;

McpWaiting::McpWaiting(McpPatience patience, int cancel, int session_end)
    : patience_(patience),
      end_(steady_clock::now() + patience.most),
      timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)),
      any_{timer_.get(), settled_.fd(), cancel, session_end} {
  arm();
}

/// Sets the timer to the next moment at which time runs out.
void McpWaiting::arm() {
  const auto left = std::min<std::chrono::nanoseconds>(patience_.each, end_ - steady_clock::now());
  const std::int64_t ns = std::max<std::int64_t>(left.count(), 1);
  itimerspec when{};
  when.it_value.tv_sec = ns / 1'000'000'000;
  when.it_value.tv_nsec = ns % 1'000'000'000;
  ::timerfd_settime(timer_.get(), 0, &when, nullptr);
}

bool McpWaiting::over(std::int64_t milliseconds) const {
  return http::wait_for(fd(), false, steady_clock::now() + std::chrono::milliseconds(milliseconds));
}

void McpWaiting::wait() const {
  // Bounded by the timer inside.
  while (!over(60'000)) {
  }
}

void McpWaiting::settle(Result<JsonDocument> answer) {
  {
    const std::lock_guard lock(mutex_);
    if (answer_) return;
    answer_.emplace(std::move(answer));
  }
  settled_.cancel("answered");
}

void McpWaiting::progress() {
  const std::lock_guard lock(mutex_);
  if (pauses_ == 0 && !timed_out()) arm();
}

void McpWaiting::pause() {
  const std::lock_guard lock(mutex_);
  if (pauses_++ > 0) return;
  paused_since_ = steady_clock::now();
  const itimerspec never{};
  if (!timed_out()) ::timerfd_settime(timer_.get(), 0, &never, nullptr);
}

void McpWaiting::resume() {
  const std::lock_guard lock(mutex_);
  if (--pauses_ > 0) return;
  end_ += steady_clock::now() - paused_since_;
  if (!timed_out()) arm();
}

bool McpWaiting::timed_out() const { return http::wait_for(timer_.get(), false, {}); }

Result<JsonDocument> McpWaiting::take() {
  const std::lock_guard lock(mutex_);
  return std::move(*answer_);
}

}  // namespace facio::serve
