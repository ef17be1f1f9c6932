// Everything the embedded runtime consists of, built and taken apart in the right order.
#pragma once

#include <memory>
#include <span>

#include "cli/core/result.hpp"
#include "commands/serve/credentials.hpp"
#include "commands/serve/http/listener.hpp"
#include "commands/serve/options.hpp"

namespace facio::serve {

/// A running agent runtime with its HTTP server.
class Composition {
 public:
  /// Opens the store, starts the services and answers on the sockets, which it takes. The first listener is the main one; a surface with
  /// one of its own is there when that is among the others.
  static Result<std::unique_ptr<Composition>> start(const ServeOptions& options, const Credentials& credentials,
                                                    std::span<const Listening> listeners);
  virtual ~Composition() = default;

  /// Readable when somebody asked for a restart.
  [[nodiscard]] virtual int restart_fd() const = 0;
  /// Accepts no more and lets running requests end.
  virtual void begin_stop() = 0;
  /// Cuts off the requests that are left.
  virtual void abort() = 0;
  /// Readable when all requests have ended, after begin_stop() or abort().
  [[nodiscard]] virtual int ended_fd() const = 0;
  /// Ends the services; waits up to `grace_ms` for runs that go on. Everything is durable then.
  virtual void finish(std::int64_t grace_ms) = 0;
};

}  // namespace facio::serve
