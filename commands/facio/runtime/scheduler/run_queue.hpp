// Which job is due when, which runs wait for a slot, and how many are running: the scheduler's state, without threads or store.
#pragma once

#include <compare>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace facio::serve {

/// A job of any agent.
struct JobKey {
  std::string agent;
  std::string id;
  auto operator<=>(const JobKey&) const = default;
};

struct WaitingRun {
  JobKey job;
  std::string_view trigger;  ///< "schedule", "run-now" or "restart"; a literal
  std::int64_t planned_ms = 0;
};

class RunQueue {
 public:
  /// Sets when a job is due; nothing: never.
  void plan(const JobKey& job, std::optional<std::int64_t> when);
  [[nodiscard]] std::optional<std::int64_t> earliest() const;
  /// Removes and returns every job that is due at `now`, in order of time.
  std::vector<std::pair<std::int64_t, JobKey>> take_due(std::int64_t now);

  /// Appends a run unless one of that job is waiting or being started already.
  void enqueue(WaitingRun run);
  void drop(const JobKey& job);
  /// Removes and returns the first waiting run whose agent has a free slot; it occupies that slot and counts as being started.
  std::optional<WaitingRun> take(const std::function<std::int64_t(const std::string& agent)>& limit);
  /// The run has started: from now on the job may be enqueued again.
  void started(const JobKey& job) { starting_.erase(job); }
  /// The run has ended, or did not start: its slot is free.
  void release(const JobKey& job);
  /// Runs that occupy a slot.
  [[nodiscard]] std::size_t places_taken() const;

 private:
  std::map<JobKey, std::int64_t> planned_;
  std::set<std::pair<std::int64_t, JobKey>> timers_;
  std::deque<WaitingRun> waiting_;
  std::set<JobKey> starting_;
  std::map<std::string, std::int64_t> running_;  ///< by agent
};

}  // namespace facio::serve
