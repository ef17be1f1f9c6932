// The one thread that changes the store. It takes whatever waits and commits it as one group.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "commands/serve/store/sqlite/audit_chain.hpp"
#include "commands/serve/store/sqlite/database.hpp"
#include "commands/serve/store/sqlite/known_jobs.hpp"
#include "commands/serve/store/store.hpp"

namespace facio::store {

/// Counts up after every commit that changed something of a kind, before anybody is told of it.
struct Versions {
  std::atomic<std::uint64_t> cron{1};
  std::atomic<std::uint64_t> sessions{1};
};

class Writer {
 public:
  /// `turn`: who shares the connection, for a store in memory; may be null.
  Writer(Database& database, std::recursive_mutex* turn, Versions& versions);
  /// Does everything that was submitted, then ends.
  ~Writer();

  /// Queues a unit of work. Waits while the queue is full, which is more than all connections of a server can fill (never on the
  /// writer's own thread).
  void submit(UniqueFunction<Status(Transaction&)> work, UniqueFunction<void(Status)> done);
  /// Told of every commit from now on.
  void listen(UniqueFunction<void()> committed) {
    const std::lock_guard guard(listener_mutex_);
    listener_ = std::move(committed);
  }
  /// Queues an event that nobody waits for; never waits itself. `then` is called at once, or when there is room again: no more than
  /// `kMostNotes` events wait in the queue whose `then` was called.
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
  /// Kinds that a group changed.
  struct Touched {
    bool cron = false;
    bool sessions = false;
  };
  struct Group {
    Jobs jobs;
    Notes notes;
    Held free;          ///< what there is room for now
    bool last = false;  ///< the writer is about to end
  };

  void loop();
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
  Status execute(std::string_view sql);

  Database& database_;
  std::recursive_mutex* turn_;
  Versions& versions_;
  bool settled_;  ///< the file is on the disk as it was opened
  AuditChain chain_;
  KnownJobs jobs_;
  std::size_t most_notes_;  ///< of the next group
  Notes kept_;              ///< events that the disk refused, to be tried again
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
  std::thread thread_;
};

}  // namespace facio::store
