#include "commands/serve/lock_levels.hpp"

#ifdef FACIOCTL_CHECK_REPLIES
#include <cstdlib>

#include "commands/serve/trouble.hpp"

namespace facio::serve {
namespace {

thread_local LockLevel highest_held = LockLevel::mask;

}  // namespace

bool may_take(LockLevel level) { return level >= highest_held; }

HeldLock::HeldLock(LockLevel level) : before_(highest_held) {
  if (!may_take(level)) {
    report_trouble("locks", "taken in the wrong order, which can stop the server for ever");
    std::abort();
  }
  highest_held = level;
}

HeldLock::~HeldLock() { highest_held = before_; }

}  // namespace facio::serve
#endif
