// Checkpoints the write-ahead log on a thread of its own, so that commits do not wait for it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>

#include "commands/serve/store/sqlite/database.hpp"
#include "commands/serve/thread.hpp"

namespace facio::store {

/// SQLite restarts the log only if all of it has been copied into the database when a commit begins. Under constant commits only the
/// writer can achieve that: once the file is long, it copies the rest right after most of it was copied here.
class Checkpoints {
 public:
  /// Watches the log that `writer` appends to; `path` is the database file.
  Checkpoints(Database& writer, std::string path);
  /// Only after the writer's last commit.
  ~Checkpoints();
  Checkpoints(const Checkpoints&) = delete;
  Checkpoints& operator=(const Checkpoints&) = delete;

 private:
  void on_grown(int pages);
  void copy_beside();
  void loop();

  Database& writer_;
  const std::string path_;
  UniqueFunction<void(int)> grown_;
  int copied_ = 0;  ///< pages of the log that have been copied

  std::mutex mutex_;
  std::condition_variable wake_;
  bool wanted_ = false, stopping_ = false;
  std::atomic<int> result_{0};  ///< pages the thread has copied, for the writer to collect
  std::atomic<bool> busy_{false};
  std::unique_ptr<Database> database_;
  serve::Thread thread_;  ///< started when first needed
};

}  // namespace facio::store
