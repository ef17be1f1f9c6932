// TLS over a non-blocking socket, for both of its ends. OpenSSL is not touched before a context is made.
#pragma once

#include "cli/http/connection.hpp"
#include "cli/http/openssl.hpp"

namespace facio::http {

/// What the sessions of one end have in common: TLS 1.2 or later, certificates, whom to trust. Sessions may outlive it.
class TlsContext {
 public:
  /// For a client. Without `files.ca` the system's hashed directory of certificates is trusted, of which only the needed one is read.
  static Result<TlsContext> for_client(const TlsFiles& files);
  /// For a server, which needs `files.cert` and `files.key`; with `files.ca` clients must have a certificate of one of those authorities.
  static Result<TlsContext> for_server(const TlsFiles& files);

  [[nodiscard]] SSL_CTX* get() const { return context_.get(); }
  /// When the certificate of this end expires, in epoch milliseconds; nothing when there is none.
  [[nodiscard]] std::optional<std::int64_t> certificate_end() const;

 private:
  struct Free {
    void operator()(SSL_CTX* context) const;
  };
  explicit TlsContext(SSL_CTX* context) : context_(context) {}
  static Result<TlsContext> make(const SSL_METHOD* (*method)());
  Status identify(const TlsFiles& files);

  std::unique_ptr<SSL_CTX, Free> context_;
};

class TlsSession {
 public:
  enum class Step : std::uint8_t { done, want_read, want_write, closed, failed };

  /// Prepares the client's end, where the peer must prove that it is `host`. `fd` stays the caller's.
  static Outcome<std::unique_ptr<TlsSession>> start(int fd, const std::string& host, const TlsFiles& files);
  /// Prepares the server's end; null when there is no memory.
  static std::unique_ptr<TlsSession> accept(int fd, const TlsContext& context);

  Step handshake();
  /// Looks at an idle connection: want_read when it is open and silent. Takes in session tickets.
  Step peek();
  Step read(char* to, std::size_t size, std::size_t& got);
  Step write(std::string_view from, std::size_t& put);
  /// Tells the peer that nothing follows, unless the socket is full.
  void end();
  /// Whether bytes were taken from the socket that no read() has returned yet.
  [[nodiscard]] bool has_input() const;
  /// When the peer's certificate expires, in epoch milliseconds; nothing before the handshake.
  [[nodiscard]] std::optional<std::int64_t> certificate_end() const;
  /// Why the last step failed.
  [[nodiscard]] const std::string& why() const { return why_; }
  /// What to do about it; empty when nothing special.
  [[nodiscard]] const std::string& remedy() const { return remedy_; }
  /// Whether an end refused the other, which trying again does not change.
  [[nodiscard]] bool refused() const { return refused_; }

 private:
  struct Free {
    void operator()(SSL* ssl) const;
  };

  TlsSession() = default;
  static std::unique_ptr<TlsSession> make(int fd, SSL_CTX* context);
  Step step(int result);
  void explain();

  std::unique_ptr<SSL, Free> ssl_;
  std::string why_, remedy_;
  bool refused_ = false;
};

}  // namespace facio::http
