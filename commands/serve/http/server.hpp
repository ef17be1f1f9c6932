// The HTTP server: one I/O thread, one listener and one set of connections each, nothing shared between them.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "cli/core/unique_function.hpp"
#include "commands/serve/http/exchange.hpp"
#include "commands/serve/http/limits.hpp"

namespace facio::serve {

class HttpServer {
 public:
  /// Takes listening sockets; starts one thread for each. `application` must live until stop() is over and every exchange has ended.
  HttpServer(Application& application, const Limits& limits, std::vector<int> listeners);
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
