// Where finished management requests are noted.
#pragma once

#include <cstdint>

#include "commands/serve/http/call.hpp"

namespace facio::serve {

class RequestLog {
 public:
  virtual ~RequestLog() = default;
  /// Notes that `call` ended with this HTTP status. Calls `then` once: at once, or later from another thread when too much waits to be
  /// noted.
  virtual void note(const Call& call, unsigned status, UniqueFunction<void()> then) = 0;
};

}  // namespace facio::serve
