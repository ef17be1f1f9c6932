// Threads for work that blocks: files, other programs, other hosts.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <vector>

#include "cli/core/result.hpp"
#include "cli/core/unique_function.hpp"
#include "commands/serve/thread.hpp"

namespace facio::serve {

class WorkPool {
 public:
  /// Starts threads when needed, up to `threads`, and keeps them. At most `most_waiting` tasks are queued.
  explicit WorkPool(unsigned threads = 32, std::size_t most_waiting = 1024) : most_threads_(threads), most_waiting_(most_waiting) {}
  ~WorkPool() { stop(); }

  /// Queues `task`; what it throws is reported and goes no further. Code::unavailable: the queue is full, no thread can be started, or the
  /// pool has been stopped, and `task` will not run.
  Status submit(UniqueFunction<void()> task);
  /// Takes no more tasks, and returns when all queued ones are done. Never from a task.
  void stop();

 private:
  void loop();

  const unsigned most_threads_;
  const std::size_t most_waiting_;
  std::mutex mutex_;
  std::condition_variable work_;
  std::deque<UniqueFunction<void()>> tasks_;
  std::vector<Thread> threads_;
  unsigned idle_ = 0;
  bool stopping_ = false;
};

}  // namespace facio::serve
