// TLS over a non-blocking socket, for both of its ends. OpenSSL is not touched before a context is made.
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

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

/// What a session is resumed by.
struct FreeResumable {
  void operator()(SSL_SESSION* session) const;
};
using ResumablePtr = std::unique_ptr<SSL_SESSION, FreeResumable>;

class TlsSession {
 public:
  enum class Step : std::uint8_t { done, want_read, want_write, closed, failed };

  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;
  /// A client's end tells the peer that nothing follows, and may be resumed.
  ~TlsSession();

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

  friend class TlsClient;
  TlsSession() = default;
  void keep();
  static std::unique_ptr<TlsSession> make(int fd, SSL_CTX* context);
  Step step(int result);
  void explain();

  std::unique_ptr<SSL, Free> ssl_;
  std::string why_, remedy_;
  bool refused_ = false;
  std::shared_ptr<TlsClient> client_;  ///< null: the server's end
  std::string peer_;
  ResumablePtr resumable_;  ///< a copy: OpenSSL spoils its own when the peer hangs up without a word, as many do
};

/// See make_tls_client().
class TlsClient : public std::enable_shared_from_this<TlsClient> {
 public:
  explicit TlsClient(TlsFiles files) : files_(std::move(files)) {}

  /// Prepares the client's end, where the peer must prove that it is `host`. `fd` stays the caller's.
  Outcome<std::unique_ptr<TlsSession>> begin(int fd, const std::string& host, const std::string& port);
  void remember(ResumablePtr session, const std::string& peer);

 private:
  struct Resumable {
    std::string peer;
    ResumablePtr session;
  };
  /// Made at the first call, and anew every hour, so that authorities which come and go count. Requires: mutex_ held.
  Result<SSL_CTX*> context();
  ResumablePtr take(const std::string& peer);

  const TlsFiles files_;
  std::mutex mutex_;  ///< guards what follows
  std::optional<TlsContext> context_;
  Instant made_;
  std::list<Resumable> sessions_;  ///< the latest first; each is used once, as TLS 1.3 wants it
};

}  // namespace facio::http
