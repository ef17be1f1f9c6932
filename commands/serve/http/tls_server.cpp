#include "commands/serve/http/tls_server.hpp"

#include "cli/http/tls.hpp"

namespace facio::serve {

TlsServer::TlsServer(facio::http::TlsContext context) : context_(std::make_shared<facio::http::TlsContext>(std::move(context))) {}
TlsServer::~TlsServer() = default;

void TlsServer::use(facio::http::TlsContext context) {
  auto next = std::make_shared<const facio::http::TlsContext>(std::move(context));
  const std::lock_guard lock(mutex_);
  context_.swap(next);
}

std::unique_ptr<facio::http::TlsSession> TlsServer::begin_handshake(int fd, std::size_t most) {
  std::unique_ptr<facio::http::TlsSession> session;
  if (handshakes_.fetch_add(1, std::memory_order_relaxed) < most) {
    const auto context = [this] {
      const std::lock_guard lock(mutex_);
      return context_;
    }();
    session = facio::http::TlsSession::accept(fd, *context);
  }
  if (!session) end_handshake();
  return session;
}

}  // namespace facio::serve
