// Threads for work that blocks: files, other programs, other hosts. I/O threads never wait for any of it.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "cli/core/result.hpp"
#include "cli/core/unique_function.hpp"

namespace facio::serve {

class WorkPool {
 public:
  /// Threads are started when they are needed, up to `threads`, and kept. At most `most_waiting` tasks wait.
  explicit WorkPool(unsigned threads = 32, std::size_t most_waiting = 1024) : most_threads_(threads), most_waiting_(most_waiting) {}
  ~WorkPool() { stop(); }
  WorkPool(const WorkPool&) = delete;
  WorkPool& operator=(const WorkPool&) = delete;

  /// Runs `task` soon, on one of the threads. Code::unavailable when too much waits or the pool has been stopped; `task` has not run
  /// then and will not.
  Status submit(UniqueFunction<void()> task);
  /// Takes no more, runs what waits, and returns when all of it is done. Never from a task.
  void stop();

 private:
  void loop();

  const unsigned most_threads_;
  const std::size_t most_waiting_;
  std::mutex mutex_;
  std::condition_variable work_;
  std::deque<UniqueFunction<void()>> tasks_;
  std::vector<std::thread> threads_;
  unsigned idle_ = 0;
  bool stopping_ = false;
};

}  // namespace facio::serve
