// Which job is due when, which runs wait for a place, and how many go on: the scheduler's memory, without threads or store.
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

/// A job among all agents.
struct JobKey {
  std::string agent;
  std::string id;
  auto operator<=>(const JobKey&) const = default;
};

/// A run that waits for a place.
struct WaitingRun {
  JobKey job;
  std::string_view trigger;  ///< "schedule", "run-now" or "restart"; a literal
  std::int64_t planned_ms = 0;
};

class RunQueue {
 public:
  /// When a job is due; nothing: not at all.
  void plan(const JobKey& job, std::optional<std::int64_t> when);
  /// The earliest planned instant.
  [[nodiscard]] std::optional<std::int64_t> earliest() const;
  /// Takes out every job that is due at `now`, in the order of their times.
  std::vector<std::pair<std::int64_t, JobKey>> take_due(std::int64_t now);

  /// Appends a run unless one of that job waits or is being started already.
  void enqueue(WaitingRun run);
  /// Drops a run that waits.
  void drop(const JobKey& job);
  /// The first waiting run whose agent has a free place; it takes that place and counts as being started.
  std::optional<WaitingRun> take(const std::function<std::int64_t(const std::string& agent)>& limit);
  /// The run that was taken goes on: from here the job may wait again.
  void started(const JobKey& job) { starting_.erase(job); }
  /// The run that was taken has ended, or did not start: its place is free.
  void release(const JobKey& job);
  /// Runs that hold a place.
  [[nodiscard]] std::size_t places_taken() const;

 private:
  std::map<JobKey, std::int64_t> planned_;
  std::set<std::pair<std::int64_t, JobKey>> timers_;
  std::deque<WaitingRun> waiting_;
  std::set<JobKey> starting_;
  std::map<std::string, std::int64_t> running_;  ///< by agent
};

}  // namespace facio::serve
