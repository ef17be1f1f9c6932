// A cache of the cron jobs written lately, so that a change need not parse them again.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "commands/facio/cron/shapes.hpp"

namespace facio::store {

/// Used only by the writer's thread, which alone changes jobs. Rolling back a unit of work also drops what it changed.
class KnownJobs {
 public:
  /// Null if the job is not cached, whether or not it exists.
  [[nodiscard]] const CronJob* find(std::string_view agent, std::string_view id) const;
  /// Records the job as this unit of work leaves it; `bytes` is the size of its JSON.
  void change(std::string_view agent, const CronJob& job, std::size_t bytes);
  void erase(std::string_view agent, std::string_view id);

  void begin_work() { changed_.clear(); }
  /// Drops what was changed since begin_work().
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
