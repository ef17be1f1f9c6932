// The HTTP server: I/O threads, each with one socket of each listener and its own connections; they share nothing.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "cli/core/files.hpp"
#include "commands/serve/http/exchange.hpp"
#include "commands/serve/http/limits.hpp"
#include "commands/serve/http/shares.hpp"
#include "commands/serve/thread.hpp"

namespace facio::serve {

class TlsServer;
class Worker;

/// An address that the server listens on: who answers there, and one socket for each I/O thread.
struct Listener {
  Application* application;
  std::vector<int> sockets;
  TlsServer* tls = nullptr;  ///< secures connections over TCP; must live as long as the application
};

class HttpServer {
 public:
  /// Takes the sockets. The listener with the most sockets sets the number of threads. The applications must live until join() has returned
  /// and every exchange has ended.
  HttpServer(const Limits& limits, const std::vector<Listener>& listeners);
  ~HttpServer();

  /// Code::unavailable when a thread cannot be started.
  Status start();
  /// Stops accepting, closes idle connections, lets running requests end. Does not wait.
  void begin_stop();
  /// Closes all connections. Does not wait.
  void abort();
  /// Waits for the threads; needs begin_stop() or abort() before.
  void join();
  /// Whether every I/O thread has done something since the last call; call it seldom.
  [[nodiscard]] bool is_alive();
  /// Becomes readable when the last thread has ended.
  [[nodiscard]] int ended_fd() const { return ended_.get(); }
  /// How many connections are open.
  [[nodiscard]] std::size_t connections() const { return shares_.connections(); }

 private:
  const Limits limits_;
  Shares shares_;
  std::atomic<std::size_t> running_{0};
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<Thread> threads_;
  Descriptor ended_;
};

}  // namespace facio::serve
