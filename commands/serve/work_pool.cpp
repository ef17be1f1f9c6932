#include "commands/serve/work_pool.hpp"

namespace facio::serve {

Status WorkPool::submit(UniqueFunction<void()> task) {
  const std::lock_guard guard(mutex_);
  if (stopping_) return fail(Code::unavailable, "the server is stopping");
  if (tasks_.size() >= most_waiting_) return fail(Code::unavailable, "too many requests of this kind wait; try again later");
  tasks_.push_back(std::move(task));
  if (idle_ < tasks_.size() && threads_.size() < most_threads_) threads_.emplace_back([this] { loop(); });
  work_.notify_one();
  return {};
}

void WorkPool::stop() {
  std::vector<std::thread> threads;
  {
    const std::lock_guard guard(mutex_);
    stopping_ = true;
    work_.notify_all();
    threads.swap(threads_);
  }
  for (std::thread& thread : threads) thread.join();
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
    task();
    task = {};
    lock.lock();
  }
}

}  // namespace facio::serve
