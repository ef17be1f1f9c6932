// The order of locks that are held while other parts are called: a thread that holds one of a level may take those of higher levels only.
// Builds that check replies check it, too; elsewhere it costs nothing.
#pragma once

#include <cstdint>

namespace facio::serve {

enum class LockLevel : std::uint8_t {
  mask,   ///< what secrets are masked with: read from the store while it is held
  store,  ///< the store: a unit of work, or a read. So neither may mask anything
};

#ifdef FACIOCTL_CHECK_REPLIES
/// Lives as long as the lock is held. Ends the program when the order is wrong.
class HeldLock {
 public:
  explicit HeldLock(LockLevel level);
  ~HeldLock();
  HeldLock(const HeldLock&) = delete;
  HeldLock& operator=(const HeldLock&) = delete;

 private:
  const LockLevel before_;
};
/// Whether the calling thread may take a lock of this level.
bool may_take(LockLevel level);
#else
class HeldLock {
 public:
  explicit HeldLock(LockLevel) {}
  ~HeldLock() {}  // NOLINT(modernize-use-equals-default): not a variable that is never used
};
#endif

}  // namespace facio::serve
