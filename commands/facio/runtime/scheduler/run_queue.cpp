#include "commands/facio/runtime/scheduler/run_queue.hpp"

#include <algorithm>

namespace facio::serve {

void RunQueue::plan(const JobKey& job, std::optional<std::int64_t> when) {
  if (const auto old = planned_.find(job); old != planned_.end()) {
    timers_.erase({old->second, job});
    planned_.erase(old);
  }
  if (!when) return;
  planned_.emplace(job, *when);
  timers_.emplace(*when, job);
}

std::optional<std::int64_t> RunQueue::earliest() const {
  if (timers_.empty()) return std::nullopt;
  return timers_.begin()->first;
}

std::vector<std::pair<std::int64_t, JobKey>> RunQueue::take_due(std::int64_t now) {
  std::vector<std::pair<std::int64_t, JobKey>> due;
  while (!timers_.empty() && timers_.begin()->first <= now) {
    due.push_back(*timers_.begin());
    planned_.erase(timers_.begin()->second);
    timers_.erase(timers_.begin());
  }
  return due;
}

void RunQueue::enqueue(WaitingRun run) {
  if (starting_.contains(run.job)) return;
  for (const WaitingRun& other : waiting_)
    if (other.job == run.job) return;
  waiting_.push_back(std::move(run));
}

void RunQueue::drop(const JobKey& job) {
  std::erase_if(waiting_, [&](const WaitingRun& run) { return run.job == job; });
}

std::optional<WaitingRun> RunQueue::take(const std::function<std::int64_t(const std::string&)>& limit) {
  std::map<std::string_view, std::int64_t> limits;  // asked once for each agent
  for (auto run = waiting_.begin(); run != waiting_.end(); ++run) {
    const auto known = limits.find(run->job.agent);
    const std::int64_t most = known != limits.end() ? known->second : (limits[run->job.agent] = limit(run->job.agent));
    const auto running = running_.find(run->job.agent);
    if (running != running_.end() && running->second >= most) continue;
    WaitingRun taken = std::move(*run);
    waiting_.erase(run);
    ++running_[taken.job.agent];
    starting_.insert(taken.job);
    return taken;
  }
  return std::nullopt;
}

void RunQueue::release(const JobKey& job) {
  starting_.erase(job);
  const auto running = running_.find(job.agent);
  if (running != running_.end() && --running->second <= 0) running_.erase(running);
}

std::size_t RunQueue::places_taken() const {
  std::size_t all = 0;
  for (const auto& [agent, count] : running_) all += static_cast<std::size_t>(count);
  return all;
}

}  // namespace facio::serve
