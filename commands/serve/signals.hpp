// The signals that end the server, as something to wait for.
#pragma once

#include <cstdint>

namespace facio::serve {

/// While it lives, SIGTERM and SIGINT are only delivered through it, and SIGPIPE is ignored. To be made before the first thread.
class EndSignals {
 public:
  EndSignals();
  ~EndSignals();
  EndSignals(const EndSignals&) = delete;
  EndSignals& operator=(const EndSignals&) = delete;

  enum class Event : std::uint8_t { signal, readable, time_out };
  /// Waits for a signal, for `fd` to become readable (-1: none), or for the time to pass (-1: for ever).
  Event wait(int fd, std::int64_t timeout_ms);

 private:
  int fd_;
};

}  // namespace facio::serve
