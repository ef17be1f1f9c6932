// The client side of TLS over a non-blocking socket. OpenSSL is not touched before start().
#pragma once

#include "cli/http/connection.hpp"
#include "cli/http/openssl.hpp"

namespace facio::http {

class TlsSession {
 public:
  enum class Step : std::uint8_t { done, want_read, want_write, closed, failed };

  /// Prepares a session of TLS 1.2 or later in which the peer must prove that it is `host`. Without a `ca_file` the system's hashed
  /// directory of certificates is trusted, of which only the needed one is read. `fd` stays the caller's.
  static Outcome<std::unique_ptr<TlsSession>> start(int fd, const std::string& host, const std::string& ca_file);

  Step handshake();
  /// Looks at an idle connection: want_read when it is open and silent. Takes in session tickets.
  Step peek();
  Step read(char* to, std::size_t size, std::size_t& got);
  Step write(std::string_view from, std::size_t& put);
  /// When the peer's certificate expires, in epoch milliseconds; nothing before the handshake.
  [[nodiscard]] std::optional<std::int64_t> certificate_end() const;
  /// Why the last step failed.
  [[nodiscard]] const std::string& why() const { return why_; }

 private:
  struct Free {
    void operator()(BIO_METHOD* method) const;
    void operator()(SSL_CTX* context) const;
    void operator()(SSL* ssl) const;
  };

  TlsSession() = default;
  Step step(int result);

  std::unique_ptr<BIO_METHOD, Free> method_;
  std::unique_ptr<SSL_CTX, Free> context_;
  std::unique_ptr<SSL, Free> ssl_;
  std::string why_;
};

}  // namespace facio::http
