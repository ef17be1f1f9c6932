// A mutex with a timed lock.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace facio::serve {

/// As std::timed_mutex, whose timed wait the thread sanitizer of g++ 12 does not see. For std::unique_lock, also with a duration.
class TimedMutex {
 public:
  void lock() {
    std::unique_lock guard(mutex_);
    free_.wait(guard, [this] { return !held_; });
    held_ = true;
  }
  bool try_lock() {
    const std::lock_guard guard(mutex_);
    return !std::exchange(held_, true);
  }
  template <class Rep, class Period>
  bool try_lock_for(std::chrono::duration<Rep, Period> longest) {
    std::unique_lock guard(mutex_);
    if (!free_.wait_for(guard, longest, [this] { return !held_; })) return false;
    held_ = true;
    return true;
  }
  void unlock() {
    const std::lock_guard guard(mutex_);
    held_ = false;
    free_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable free_;
  bool held_ = false;
};

}  // namespace facio::serve
