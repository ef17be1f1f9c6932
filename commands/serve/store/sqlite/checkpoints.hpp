// Brings the log file (WAL) into the database beside the writer, so that commits do not wait for it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "commands/serve/store/sqlite/database.hpp"

namespace facio::store {

/// The log file begins anew only when all of it is copied at the moment of a commit. While commits come without end that is so only for
/// the writer itself; it copies what is left just after most of it was copied here, once the file is long.
class Checkpoints {
 public:
  /// Watches the log of `writer`'s commits to the file at `path`.
  Checkpoints(Database& writer, std::string path);
  /// After the writer's last commit.
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
  int copied_ = 0;  ///< pages of the log file that were copied

  std::mutex mutex_;
  std::condition_variable wake_;
  bool wanted_ = false, stopping_ = false;
  std::atomic<int> result_{0};  ///< pages that the thread has copied; taken by the writer
  std::atomic<bool> busy_{false};
  std::unique_ptr<Database> database_;
  std::thread thread_;  ///< made when it is needed first
};

}  // namespace facio::store
