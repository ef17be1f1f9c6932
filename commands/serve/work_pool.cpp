#include "commands/serve/work_pool.hpp"

#include "commands/serve/overload.hpp"
#include "commands/serve/trouble.hpp"

namespace facio::serve {

Status WorkPool::submit(UniqueFunction<void()> task) {
  const std::lock_guard guard(mutex_);
  if (stopping_) return fail(Code::unavailable, "the server is stopping");
  if (tasks_.size() >= most_waiting_) return fail(overloaded(Code::unavailable, "too many requests of this kind are queued"));
  // Without a new thread the task waits for one of those there are.
  if (idle_ <= tasks_.size() && threads_.size() < most_threads_) {
    threads_.reserve(most_threads_);
    auto thread = Thread::start("the work pool", [this] { loop(); });
    if (!thread && threads_.empty()) return fail(std::move(thread.error()));
    if (thread) threads_.push_back(std::move(*thread));
  }
  tasks_.push_back(std::move(task));
  work_.notify_one();
  return {};
}

void WorkPool::stop() {
  std::vector<Thread> threads;
  {
    const std::lock_guard guard(mutex_);
    stopping_ = true;
    work_.notify_all();
    threads.swap(threads_);
  }
  for (Thread& thread : threads) thread.join();
}

void WorkPool::loop() {
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_;
    work_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
    --idle_;
    if (tasks_.empty()) return;
    UniqueFunction<void()> task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    (void)contained("a task of the pool", task);
    (void)contained("a task of the pool", [&task] { task = {}; });
    lock.lock();
  }
}

}  // namespace facio::serve
