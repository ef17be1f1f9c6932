// The TLS of listeners: what new connections are secured with, exchangeable while the server runs.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>

namespace facio::http {
class TlsContext;
class TlsSession;
}  // namespace facio::http

namespace facio::serve {

class TlsServer {
 public:
  explicit TlsServer(facio::http::TlsContext context);
  ~TlsServer();

  // From any thread.

  /// Secures later connections with this; those that are open go on.
  void use(facio::http::TlsContext context);
  /// The server's end for an accepted socket, which stays the caller's. Null when there is no memory, or too many handshakes are going on;
  /// end_handshake() must follow otherwise.
  std::unique_ptr<facio::http::TlsSession> begin_handshake(int fd, std::size_t most);
  void end_handshake() { handshakes_.fetch_sub(1, std::memory_order_relaxed); }

 private:
  std::mutex mutex_;
  std::shared_ptr<const facio::http::TlsContext> context_;
  std::atomic<std::size_t> handshakes_{0};
};

}  // namespace facio::serve
