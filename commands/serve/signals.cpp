#include "commands/serve/signals.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <limits>
#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "commands/serve/http/ticks.hpp"

namespace facio::serve {
namespace {

sigset_t end_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

}  // namespace

EndSignals::EndSignals() {
  std::signal(SIGPIPE, SIG_IGN);
  const sigset_t set = end_signals();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  fd_ = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

EndSignals::~EndSignals() {
  signalfd_siginfo dropped{};  // a signal that was meant for the server must not hit what comes after it
  while (::read(fd_, &dropped, sizeof dropped) > 0) {
  }
  ::close(fd_);
  const sigset_t set = end_signals();
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

EndSignals::Event EndSignals::wait(int fd, std::int64_t timeout_ms) {
  const std::int64_t until_us = timeout_ms < 0 ? std::numeric_limits<std::int64_t>::max() : ticks_us() + timeout_ms * 1000;
  while (true) {
    pollfd watched[2] = {{fd_, POLLIN, 0}, {fd, POLLIN, 0}};
    const std::int64_t left_ms = (until_us - ticks_us()) / 1000;
    const int ready = ::poll(watched, 2, timeout_ms < 0 ? -1 : static_cast<int>(std::clamp<std::int64_t>(left_ms, 0, 3'600'000)));
    if (ready < 0 && errno == EINTR) continue;
    signalfd_siginfo taken{};
    if ((watched[0].revents & POLLIN) != 0 && ::read(fd_, &taken, sizeof taken) == static_cast<ssize_t>(sizeof taken)) return Event::signal;
    if (watched[1].revents != 0) return Event::readable;
    if (ticks_us() >= until_us || (timeout_ms >= 0 && left_ms <= 0)) return Event::time_out;
  }
}

}  // namespace facio::serve
