#include "commands/serve/alarm_clock.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>

#include "commands/serve/clock.hpp"
#include "commands/serve/trouble.hpp"

namespace facio::serve {
namespace {

constexpr int kLookMs = 5000;
// A clock that is only slewed gains or loses less than this between two looks.
constexpr std::int64_t kSlewMs = 100;

/// How far the wall clock is ahead of the time that has passed since the machine's start. A pause between the two readings must not look as
/// if the clock had been set.
std::int64_t wall_offset_ms() {
  std::int64_t narrowest = std::numeric_limits<std::int64_t>::max(), offset = 0;
  for (int tries = 0; tries < 10 && narrowest > 1; ++tries) {
    const std::int64_t before = since_boot_ms(), wall = now_ms(), after = since_boot_ms();
    if (after - before >= narrowest) continue;
    narrowest = after - before;
    offset = wall - before;
  }
  return offset;
}

timespec in_ms(std::int64_t ms) { return {.tv_sec = static_cast<time_t>(ms / 1000), .tv_nsec = static_cast<long>(ms % 1000 * 1'000'000)}; }

/// A timer that never rings, and becomes readable when the kernel's wall clock is set.
Descriptor watch_changes() {
  Descriptor watch(::timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK));
  itimerspec never{};
  never.it_value.tv_sec = std::numeric_limits<std::int32_t>::max() * time_t{100};
  if (watch) ::timerfd_settime(watch.get(), TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, nullptr);
  return watch;
}

}  // namespace

Status AlarmClock::start(UniqueFunction<void(Jump)> ring) {
  timer_ = Descriptor(::timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK));
  changes_ = watch_changes();
  wake_ = Descriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!timer_ || !changes_ || !wake_) return fail(Code::internal, "cannot create a timer: " + system_reason(errno));
  ring_ = std::move(ring);
  return Thread::start("an alarm clock", [this] { loop(); }).map([this](Thread thread) { thread_ = std::move(thread); });
}

void AlarmClock::set(std::optional<std::int64_t> when_ms) {
  if (!timer_) return;
  const std::lock_guard lock(mutex_);
  if (when_ == when_ms) return;
  when_ = when_ms;
  arm();
}

/// Requires: mutex_ held.
void AlarmClock::arm() {
  itimerspec spec{};
  // A time in the past rings at once; zero would switch the timer off.
  if (when_) spec.it_value = in_ms(std::max<std::int64_t>(*when_ - now_ms(), 0));
  if (when_ && spec.it_value.tv_sec == 0 && spec.it_value.tv_nsec == 0) spec.it_value.tv_nsec = 1;
  ::timerfd_settime(timer_.get(), 0, &spec, nullptr);
}

void AlarmClock::stop() {
  if (!thread_.joinable()) return;
  (void)::eventfd_write(wake_.get(), 1);
  thread_.join();
}

/// Whether the alarm rings; it can be set to the same time again then.
bool AlarmClock::take_alarm() {
  const std::lock_guard lock(mutex_);
  std::uint64_t times = 0;
  if (::read(timer_.get(), &times, sizeof times) != static_cast<ssize_t>(sizeof times)) return false;
  when_.reset();
  return true;
}

void AlarmClock::loop() {
  std::int64_t offset = wall_offset_ms();
  for (;;) {
    pollfd watched[] = {{timer_.get(), POLLIN, 0}, {changes_.get(), POLLIN, 0}, {wake_.get(), POLLIN, 0}};
    if (::poll(watched, 3, kLookMs) < 0 && errno != EINTR) return;
    if ((watched[2].revents & POLLIN) != 0) return;
    std::uint64_t times = 0;
    const bool told = ::read(changes_.get(), &times, sizeof times) < 0 && errno == ECANCELED;
    const std::int64_t now_offset = wall_offset_ms(), jump = now_offset - offset;
    offset = now_offset;
    if (told || jump > kSlewMs || jump < -kSlewMs) {
      {
        const std::lock_guard lock(mutex_);
        arm();
      }
      (void)contained("an alarm clock", [this, jump] { ring_(jump); });
      continue;
    }
    if (take_alarm()) (void)contained("an alarm clock", [this] { ring_(std::nullopt); });
  }
}

}  // namespace facio::serve
