// All parts of the embedded runtime, started and stopped in the right order.
#pragma once

#include <memory>
#include <span>

#include "cli/core/result.hpp"
#include "commands/serve/credentials.hpp"
#include "commands/serve/http/listener.hpp"
#include "commands/serve/options.hpp"

namespace facio::serve {

class TlsServer;

/// A running agent runtime with its HTTP server.
class Composition {
 public:
  /// Opens the store, starts the services and serves on the sockets, which it takes, secured by `tls` unless that is null. The first
  /// listener is the main one; a surface with its own listener is mounted if that is among the others.
  static Result<std::unique_ptr<Composition>> start(const ServeOptions& options, const Credentials& credentials,
                                                    std::span<const Listening> listeners, TlsServer* tls = nullptr);
  virtual ~Composition() = default;

  /// What the operator should know at the start, in sentences.
  [[nodiscard]] virtual std::vector<std::string> remarks() = 0;
  /// Becomes readable when a restart is requested.
  [[nodiscard]] virtual int restart_fd() const = 0;
  /// Whether every I/O thread has done something since the last call; for a watchdog.
  [[nodiscard]] virtual bool is_alive() = 0;
  /// Stops accepting and lets running requests end.
  virtual void begin_stop() = 0;
  /// Aborts the remaining requests and cancels the running turns. Does not wait.
  virtual void abort() = 0;
  /// Reads again what can change while the server runs: the token file, mcp.json. The first failure; what cannot be read stays as it was.
  /// Blocks for a moment, so not on a thread that serves.
  virtual Status reload() = 0;
  /// Becomes readable when all requests have ended, after begin_stop() or abort().
  [[nodiscard]] virtual int ended_fd() const = 0;
  /// Stops the services; waits up to `grace_ms` for running turns, and then for what does not hear that it is cancelled. Everything is
  /// durable when it returns.
  virtual void finish(std::int64_t grace_ms) = 0;
};

}  // namespace facio::serve
