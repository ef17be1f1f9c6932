// The client side of TLS over a socket that does not block. OpenSSL is not touched before start().
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "cli/http/connection.hpp"

namespace facio::http {

class TlsSession {
 public:
  enum class Step : std::uint8_t { done, want_read, want_write, closed, failed };

  /// Prepares a session: TLS 1.2 or later, the peer must prove that it is `host`. `ca_file` empty: the system's hashed
  /// directory of certificates, of which only the needed one is read.
  static Outcome<std::unique_ptr<TlsSession>> start(int fd, const std::string& host, const std::string& ca_file);
  ~TlsSession();

  Step handshake();
  /// What an idle connection has to say: want_read when it is open and silent (session tickets are taken in).
  Step listen();
  Step read(char* to, std::size_t size, std::size_t& got);
  Step write(std::string_view from, std::size_t& put);
  /// When the peer's certificate ends, in epoch milliseconds; nothing before the handshake.
  [[nodiscard]] std::optional<std::int64_t> certificate_end() const;
  /// Why the last step failed.
  [[nodiscard]] std::string why() const;

 private:
  struct Impl;
  explicit TlsSession(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace facio::http
