#include "commands/serve/alarm_clock.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "commands/serve/trouble.hpp"

namespace facio::serve {

Status AlarmClock::start(UniqueFunction<void(bool)> ring) {
  timer_ = Descriptor(::timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK));
  wake_ = Descriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!timer_ || !wake_) return fail(Code::internal, "cannot create a timer: " + system_reason(errno));
  ring_ = std::move(ring);
  return Thread::start("an alarm clock", [this] { loop(); }).map([this](Thread thread) { thread_ = std::move(thread); });
}

void AlarmClock::set(std::optional<std::int64_t> when_ms) {
  if (!timer_) return;
  // A time in the past rings immediately; zero would switch the timer off.
  const std::int64_t when = when_ms ? std::max<std::int64_t>(*when_ms, 1) : kOff;
  if (set_.exchange(when) == when) return;
  itimerspec spec{};
  spec.it_value.tv_sec = static_cast<time_t>(when / 1000);
  spec.it_value.tv_nsec = static_cast<long>(when % 1000 * 1'000'000);
  // ECANCELED means that the clock was set since the last call; the timer is armed all the same, and read() returns it again.
  ::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &spec, nullptr);
}

void AlarmClock::stop() {
  if (!thread_.joinable()) return;
  (void)::eventfd_write(wake_.get(), 1);
  thread_.join();
}

void AlarmClock::loop() {
  for (;;) {
    pollfd watched[] = {{timer_.get(), POLLIN, 0}, {wake_.get(), POLLIN, 0}};
    if (::poll(watched, 2, -1) < 0 && errno != EINTR) return;
    if ((watched[1].revents & POLLIN) != 0) return;
    if ((watched[0].revents & POLLIN) != 0) set_ = kUnknown;
    std::uint64_t times = 0;
    const auto got = ::read(timer_.get(), &times, sizeof times);
    const bool rings = got == static_cast<ssize_t>(sizeof times), was_set = got < 0 && errno == ECANCELED;
    if (rings || was_set) (void)contained("an alarm clock", [this, was_set] { ring_(was_set); });
  }
}

}  // namespace facio::serve
