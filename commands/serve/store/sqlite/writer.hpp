// The one thread that changes the store. It takes whatever waits and commits it as one group.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "commands/serve/store/sqlite/audit_chain.hpp"
#include "commands/serve/store/sqlite/database.hpp"
#include "commands/serve/store/store.hpp"

namespace facio::store {

class Writer {
 public:
  /// `turn`: who shares the connection, for a store in memory; may be null. `cron_version` counts up after every commit
  /// that changed jobs, before anybody is told of it.
  Writer(Database& database, std::recursive_mutex* turn, std::atomic<std::uint64_t>& cron_version);
  /// Does everything that was submitted, then ends.
  ~Writer();

  /// Queues a unit of work. Waits while the queue is full (never on the writer's own thread).
  void submit(UniqueFunction<Status(Transaction&)> work, UniqueFunction<void(Status)> done);

 private:
  struct Job {
    UniqueFunction<Status(Transaction&)> work;
    UniqueFunction<void(Status)> done;
    Status result = {};
  };
  using Group = std::deque<Job>;

  void loop();
  Group take();
  void commit(Group& group);
  Status write(Group& group, bool& cron_changed);
  Status write_one(Job& job, bool& cron_changed);

  Database& database_;
  std::recursive_mutex* turn_;
  std::atomic<std::uint64_t>& cron_version_;
  AuditChain chain_;

  std::mutex mutex_;
  std::condition_variable filled_, emptied_;
  Group queue_;
  std::size_t waited_for_ = 0;  ///< queued jobs with somebody waiting for the outcome
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace facio::store
