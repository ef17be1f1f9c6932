// Removes what other agents left behind: A2A tasks that are over, and the sessions of their contexts, once they are older than the setting
// retention_days says.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>

#include "commands/facio/runtime/service_context.hpp"
#include "commands/serve/thread.hpp"

namespace facio::serve::a2a {

class Aging {
 public:
  Aging(const ServiceContext& base, std::string agent) : base_(base), agent_(std::move(agent)) {}
  ~Aging() { stop(); }

  /// Starts the thread that looks at once and every ten minutes.
  Status start();
  void stop();
  /// Looks now: removes what is too old, with one event a2a_aged that counts it. Nothing is removed while the wall clock was put forward by
  /// more than a day: it may be wrong.
  Status look();

 private:
  void loop();

  const ServiceContext& base_;
  const std::string agent_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  Thread thread_;
};

}  // namespace facio::serve::a2a
