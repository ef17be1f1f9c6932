#include "cli/command_line/held_signals.hpp"

#include <poll.h>

#include <cerrno>

namespace facio {
namespace {

constexpr int kMostSignals = 65;
volatile std::sig_atomic_t came[kMostSignals];  // NOLINT(modernize-avoid-c-arrays): a handler writes to it
void note_signal(int signal) { came[signal] = 1; }

}  // namespace

HeldSignals::HeldSignals(std::span<const int> signals) : signals_(signals.begin(), signals.end()), before_(signals.size()) {
  ::sigset_t held;
  ::sigemptyset(&held);
  for (const int signal : signals_) {
    came[signal] = 0;
    ::sigaddset(&held, signal);
  }
  ::sigprocmask(SIG_BLOCK, &held, &mask_);
  struct sigaction action {};
  action.sa_handler = note_signal;
  for (std::size_t i = 0; i < signals_.size(); ++i) ::sigaction(signals_[i], &action, &before_[i]);
}

HeldSignals::~HeldSignals() {
  for (std::size_t i = 0; i < signals_.size(); ++i) ::sigaction(signals_[i], &before_[i], nullptr);
  ::sigprocmask(SIG_SETMASK, &mask_, nullptr);
}

int HeldSignals::arrived() const {
  for (const int signal : signals_)
    if (came[signal] != 0) {
      came[signal] = 0;
      return signal;
    }
  return kReady;
}

int HeldSignals::wait(int fd, int timeout_ms) const {
  pollfd watched{fd, POLLIN, 0};
  const timespec time{timeout_ms / 1000, static_cast<long>(timeout_ms % 1000) * 1'000'000};
  for (;;) {
    if (const int signal = arrived(); signal != kReady) return signal;
    const int ready = ::ppoll(&watched, 1, timeout_ms < 0 ? nullptr : &time, &mask_);
    if (ready > 0 || (ready < 0 && errno != EINTR)) return kReady;
    if (ready == 0) return kLate;
  }
}

}  // namespace facio
