// The cron jobs that the writer has written lately, so that a change need not read them from their JSON again.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "commands/facio/cron/shapes.hpp"

namespace facio::store {

/// Belongs to the writer's thread, which alone changes jobs. What a unit of work changed is forgotten when it is undone.
class KnownJobs {
 public:
  /// Null when the job is not known; nothing is said about whether it exists.
  [[nodiscard]] const CronJob* find(std::string_view agent, std::string_view id) const;
  /// The job as this unit of work leaves it; `bytes`: size of its JSON.
  void change(std::string_view agent, const CronJob& job, std::size_t bytes);
  void erase(std::string_view agent, std::string_view id);

  void begin_work() { changed_.clear(); }
  /// What was changed since begin_work() was undone.
  void undo_work();
  void forget();

 private:
  struct Known {
    CronJob job;
    std::size_t bytes;
  };
  void drop(const std::string& key);

  std::unordered_map<std::string, Known> jobs_;  ///< by agent and id
  std::vector<std::string> changed_;
  std::size_t bytes_ = 0;
};

}  // namespace facio::store
