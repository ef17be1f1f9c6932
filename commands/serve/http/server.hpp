// The HTTP server: I/O threads with one socket of each listener and a set of connections each, nothing shared between them.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "cli/core/unique_function.hpp"
#include "commands/serve/http/exchange.hpp"
#include "commands/serve/http/limits.hpp"

namespace facio::serve {

/// One listener: its sockets, one for each I/O thread, and who answers there.
struct Door {
  Application* application;
  std::vector<int> sockets;
};

class HttpServer {
 public:
  /// Takes the sockets. There are as many threads as the listener with the most sockets has. The applications must live until join() is
  /// over and every exchange has ended.
  HttpServer(const Limits& limits, const std::vector<Door>& doors);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  void start();
  /// Accepts no more, closes idle connections, lets running requests end. Returns at once.
  void begin_stop();
  /// Closes every connection that is left. Returns at once.
  void abort();
  /// Waits for the threads; needs begin_stop() or abort() before.
  void join();
  /// Becomes readable when the last thread has ended.
  [[nodiscard]] int ended_fd() const;
  /// Open connections now.
  [[nodiscard]] std::size_t connections() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace facio::serve
