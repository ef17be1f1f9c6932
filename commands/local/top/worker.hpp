// Talks to the agent beside the screen, so that keys and signals never wait for an answer.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "commands/local/top/panels.hpp"

namespace facio::top {

class Worker {
 public:
  /// Begins with a snapshot that was taken already. From now on nobody else may use the client.
  Worker(Client& client, Poller& poller, std::shared_ptr<const Snapshot> first, int every_ms);
  /// Ends within a moment, or leaves the thread to the end of the process.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Readable when there is something new; take() makes it unreadable.
  [[nodiscard]] int wake() const { return ends_[0]; }
  /// The latest snapshot, and what became of the last action ("" when nothing was done since).
  std::shared_ptr<const Snapshot> take(std::string& told);
  /// Has an action done, then asks again.
  void act(Action action);
  /// Asks again at once.
  void refresh();
  /// Whether the thread is waiting for an answer.
  [[nodiscard]] bool busy();

 private:
  void run();
  std::string done(const Action& action);

  Client& client_;
  Poller& poller_;
  int every_ms_;
  int ends_[2] = {-1, -1};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::shared_ptr<const Snapshot> snapshot_;
  std::deque<Action> actions_;
  std::string told_;
  bool at_once_ = false, ending_ = false, busy_ = false, ended_ = false;
  std::thread thread_;
};

}  // namespace facio::top
