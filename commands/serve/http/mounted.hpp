// Routes outside the catalogue: one handler for every request below the path of a surface.
#pragma once

#include <string>
#include <string_view>

#include "cli/core/unique_function.hpp"
#include "commands/serve/http/exchange.hpp"
#include "commands/serve/http/target.hpp"

namespace facio::serve {

/// A request that has passed rate limit and authentication.
struct MountedCall {
  const RequestHead& head;
  const Segments& segments;  ///< of the whole path, decoded
  std::string_view query;    ///< still encoded
  std::string_view agent;    ///< whose state
  std::string_view request_id;
  bool trusted = false;  ///< as Caller::trusted
  std::string body = {};
};

/// Safe from any thread.
class MountedHandler {
 public:
  virtual ~MountedHandler() = default;
  /// Bits of the methods (1 << Method) that a path supports; 0: no such route.
  [[nodiscard]] virtual unsigned methods(const Segments& segments) const = 0;
  /// Whether answer() refuses bodies of other media types itself, in a form of its own; else only JSON reaches it.
  [[nodiscard]] virtual bool checks_body_type() const { return false; }
  /// Calls `done` once, now or later, from any thread. What `call` refers to lives until then.
  virtual void answer(MountedCall call, UniqueFunction<void(Answer)> done) = 0;
};

}  // namespace facio::serve
