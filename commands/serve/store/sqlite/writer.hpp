// The only thread that changes the store. It commits whatever is queued as one group.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>

#include "commands/serve/store/sqlite/transaction.hpp"
#include "commands/serve/thread.hpp"

namespace facio::store {

/// Incremented after every commit that changed objects of the kind, before the commit is acknowledged.
struct Versions {
  std::atomic<std::uint64_t> cron{1};
  std::atomic<std::uint64_t> sessions{1};
};

class Writer {
 public:
  /// `turn`: guards the shared connection of a store in memory; may be null. `most_bytes`: of a store in memory; 0: no limit.
  Writer(Database& database, std::recursive_mutex* turn, Versions& versions, AuditEnds& ends, std::int64_t most_bytes = 0);
  /// Finishes everything submitted.
  ~Writer();
  /// Starts the thread; before anything is submitted. `directory`: its name is made durable before anything is acknowledged; empty: none.
  /// Code::unavailable.
  Status start(const std::string& directory);

  /// Queues a unit of work. Waits while the queue is full (never on the writer's own thread).
  void submit(UniqueFunction<Status(Transaction&)> work, UniqueFunction<void(Status)> done);
  /// As Store::listen().
  void listen(UniqueFunction<void()> committed) {
    const std::lock_guard guard(listener_mutex_);
    listener_ = std::move(committed);
  }
  /// As Store::note(): `then` is called immediately, unless `kMostNotes` events of answered requests are queued.
  void note(std::string_view agent, AuditEvent event, UniqueFunction<void()> then);

 private:
  struct Job {
    UniqueFunction<Status(Transaction&)> work;
    UniqueFunction<void(Status)> done;
    std::uint64_t after = 0;  ///< how many events were queued before, and have to be written before
    Status result = {};
  };
  struct Note {
    std::string agent;
    std::int64_t ts_ms = 0;
    AuditEvent event;
  };
  using Jobs = std::deque<Job>;
  using Notes = std::deque<Note>;
  using Held = std::vector<UniqueFunction<void()>>;
  struct Group {
    Jobs jobs;
    Notes notes;
    Held free;          ///< callbacks for which there is room now
    bool last = false;  ///< before the writer ends
  };

  void loop();
  bool round();
  Group take();
  void take_notes(Group& group);
  void take_jobs(Jobs& taken);
  void commit(Group& group);
  static void tell(Jobs& jobs);
  void keep(Notes& notes, bool last);
  Status settle();
  Status write(Group& group, Touched& touched);
  Status finish(std::size_t notes, std::chrono::steady_clock::time_point begun);
  Status write_job(Job& job, bool alone, Touched& touched);
  Status write_notes(Notes& notes);
  Status write_lost();
  Result<std::int64_t> used_bytes();
  Result<bool> is_full();
  Status check_growth(std::int64_t before);
  Status execute(std::string_view sql);

  Database& database_;
  std::recursive_mutex* turn_;
  const std::int64_t most_bytes_;
  Versions& versions_;
  std::string unsynced_;  ///< a directory whose name may not be on the disk
  bool settled_;          ///< the file is on the disk as it was opened
  AuditChain chain_;
  KnownJobs jobs_;
  std::size_t most_notes_;  ///< of the next group
  Notes kept_;              ///< events to be retried after a disk error
  std::int64_t lost_ = 0;   ///< how many of them were too many to keep

  std::mutex listener_mutex_;
  UniqueFunction<void()> listener_;

  std::mutex mutex_;
  std::condition_variable filled_, emptied_;
  Jobs queue_;
  Notes notes_;
  std::deque<UniqueFunction<void()>> held_;  ///< what note() did not call yet, the oldest first; theirs are the newest of the events
  std::uint64_t taken_ = 0;                  ///< events that have left notes_ since the start
  std::size_t waited_for_ = 0;               ///< queued jobs with somebody waiting for the outcome
  std::size_t waiting_ = 0;                  ///< callers of submit() that wait for room
  bool stopping_ = false;
  serve::Thread thread_;
};

}  // namespace facio::store
