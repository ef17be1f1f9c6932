#include "commands/facio/mcp/server/waiting.hpp"

#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>

#include "cli/http/connection.hpp"

namespace facio::serve {

using std::chrono::steady_clock;

namespace {

/// AnyOf takes a list that is written down; what is missing stands as -1.
int one_of(std::initializer_list<int> list, std::size_t index) { return index < list.size() ? list.begin()[index] : -1; }

}  // namespace

McpWaiting::McpWaiting(std::int64_t id, McpPatience patience, std::initializer_list<int> others)
    : id_(id),
      patience_(patience),
      end_(steady_clock::now() + patience.most),
      timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)) {
  any_.emplace(std::initializer_list<int>{timer_, settled_.fd(), one_of(others, 0), one_of(others, 1), one_of(others, 2)});
  arm();
}

McpWaiting::~McpWaiting() {
  any_.reset();
  ::close(timer_);
}

void McpWaiting::arm() {
  const auto left = std::min<std::chrono::nanoseconds>(patience_.each, end_ - steady_clock::now());
  const std::int64_t ns = std::max<std::int64_t>(left.count(), 1);
  itimerspec when{};
  when.it_value.tv_sec = ns / 1'000'000'000;
  when.it_value.tv_nsec = ns % 1'000'000'000;
  ::timerfd_settime(timer_, 0, &when, nullptr);
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
  if (holds_ == 0 && !timed_out()) arm();
}

void McpWaiting::hold() {
  const std::lock_guard lock(mutex_);
  if (holds_++ > 0) return;
  held_since_ = steady_clock::now();
  const itimerspec never{};
  if (!timed_out()) ::timerfd_settime(timer_, 0, &never, nullptr);
}

void McpWaiting::go_on() {
  const std::lock_guard lock(mutex_);
  if (--holds_ > 0) return;
  end_ += steady_clock::now() - held_since_;
  if (!timed_out()) arm();
}

bool McpWaiting::timed_out() const { return http::wait_for(timer_, false, {}); }

Result<JsonDocument> McpWaiting::take() {
  const std::lock_guard lock(mutex_);
  return std::move(*answer_);
}

}  // namespace facio::serve
