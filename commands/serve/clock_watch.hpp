// Notices that the wall clock was set, and tells: in the audit log, and whoever asks the clock.
#pragma once

#include <string>

#include "commands/serve/alarm_clock.hpp"
#include "commands/serve/clock.hpp"
#include "commands/serve/store/store.hpp"

namespace facio::serve {

/// Each jump of a second or more leaves the audit event clock_set, with by_ms, before and after in its details.
class ClockWatch {
 public:
  ClockWatch(store::Store& store, SystemClock& clock, std::string agent) : store_(store), clock_(clock), agent_(std::move(agent)) {}
  /// Compares the clock with the log's last event, which cannot have been written later than now, and watches from then on.
  Status start();
  void stop() { alarm_.stop(); }

 private:
  void tell(std::int64_t before_ms, ClockJump jump);

  store::Store& store_;
  SystemClock& clock_;
  const std::string agent_;
  AlarmClock alarm_;  ///< last: its thread uses the others
};

}  // namespace facio::serve
