// The client's end of TLS: whom it trusts, and the sessions that it resumes.
#include <arpa/inet.h>

#include <algorithm>

#include "cli/http/tls.hpp"

namespace facio::http {
namespace {

constexpr std::size_t kMostSessions = 64;
constexpr std::chrono::hours kLongestContext{1};

bool is_numeric(const std::string& host) {
  unsigned char bytes[sizeof(in6_addr)];
  return inet_pton(AF_INET, host.c_str(), bytes) == 1 || inet_pton(AF_INET6, host.c_str(), bytes) == 1;
}

bool expect_host(SSL* ssl, const std::string& host) {
  if (is_numeric(host)) return openssl.X509_VERIFY_PARAM_set1_ip_asc(openssl.SSL_get0_param(ssl), host.c_str()) == 1;
  openssl.SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return openssl.SSL_set1_host(ssl, host.c_str()) == 1 &&
         openssl.SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, const_cast<char*>(host.c_str())) == 1;
}

}  // namespace

std::shared_ptr<TlsClient> make_tls_client(TlsFiles files) { return std::make_shared<TlsClient>(std::move(files)); }

void FreeResumable::operator()(SSL_SESSION* session) const { openssl.SSL_SESSION_free(session); }

Result<SSL_CTX*> TlsClient::context() {
  const Instant now = std::chrono::steady_clock::now();
  if (!context_ || now - made_ > kLongestContext) {
    auto made = TlsContext::for_client(files_);
    if (!made) return fail(made.error());
    context_ = std::move(*made);
    made_ = now;
    sessions_.clear();  // what was trusted then may not be now
  }
  return context_->get();
}

ResumablePtr TlsClient::take(const std::string& peer) {
  const auto found = std::ranges::find(sessions_, peer, &Resumable::peer);
  if (found == sessions_.end()) return nullptr;
  auto session = std::move(found->session);
  sessions_.erase(found);
  return session;
}

Outcome<std::unique_ptr<TlsSession>> TlsClient::begin(int fd, const std::string& host, const std::string& port) {
  const auto failed = [](std::string message, std::string remedy) {
    return tl::unexpected<Failure>({.kind = Failure::Kind::no_tls, .message = std::move(message), .remedy = std::move(remedy)});
  };
  const std::lock_guard lock(mutex_);
  const auto context = this->context();
  if (!context) return failed(context.error().message(), context.error().hint());
  auto session = TlsSession::make(fd, *context);
  if (!session || !expect_host(session->ssl_.get(), host)) return failed("TLS cannot be set up: " + openssl_reason(), {});
  session->client_ = shared_from_this();
  session->peer_ = host + ":" + port;
  // The one that is resumed was verified for this name; a peer that does not know it makes a whole handshake.
  if (const auto earlier = take(session->peer_)) (void)openssl.SSL_set_session(session->ssl_.get(), earlier.get());
  openssl.SSL_set_connect_state(session->ssl_.get());
  return session;
}

void TlsClient::remember(ResumablePtr session, const std::string& peer) {
  const std::lock_guard lock(mutex_);
  sessions_.push_front({peer, std::move(session)});
  if (sessions_.size() > kMostSessions) sessions_.pop_back();
}

}  // namespace facio::http
