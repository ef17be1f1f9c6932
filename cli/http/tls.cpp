#include "cli/http/tls.hpp"

#include <cerrno>
#include <sys/socket.h>

namespace facio::http {
namespace {

int descriptor_of(BIO* bio) { return static_cast<int>(reinterpret_cast<std::intptr_t>(openssl.BIO_get_data(bio))); }

// OpenSSL's own socket BIO writes without MSG_NOSIGNAL: a peer that goes away would end the program by SIGPIPE.
int bio_write(BIO* bio, const char* data, int size) {
  openssl.BIO_clear_flags(bio, BIO_FLAGS_RWS | BIO_FLAGS_SHOULD_RETRY);
  const ssize_t put = ::send(descriptor_of(bio), data, static_cast<std::size_t>(size), MSG_NOSIGNAL);
  if (put < 0 && (errno == EAGAIN || errno == EINTR)) openssl.BIO_set_flags(bio, BIO_FLAGS_WRITE | BIO_FLAGS_SHOULD_RETRY);
  return static_cast<int>(put);
}

int bio_read(BIO* bio, char* data, int size) {
  openssl.BIO_clear_flags(bio, BIO_FLAGS_RWS | BIO_FLAGS_SHOULD_RETRY);
  const ssize_t got = ::recv(descriptor_of(bio), data, static_cast<std::size_t>(size), 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) openssl.BIO_set_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY);
  return static_cast<int>(got);
}

long bio_control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

/// The kind of BIO for all sockets; null when there is no memory. It lives as long as the libraries.
BIO_METHOD* socket_method() {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* made = openssl.BIO_meth_new(openssl.BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket without SIGPIPE");
    if (made == nullptr) return made;
    openssl.BIO_meth_set_write(made, bio_write);
    openssl.BIO_meth_set_read(made, bio_read);
    openssl.BIO_meth_set_ctrl(made, bio_control);
    return made;
  }();
  return method;
}

/// What to do when the peer's certificate is refused.
std::string remedy_for(long verdict) {
  switch (verdict) {
    case X509_V_ERR_CERT_HAS_EXPIRED: return "renew the agent's certificate";
    case X509_V_ERR_CERT_NOT_YET_VALID: return "compare the clocks of both machines";
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH: return "use a host name that is in the certificate, or give the agent a certificate for this name";
    default: return {};
  }
}

}  // namespace

void TlsSession::Free::operator()(SSL* ssl) const { openssl.SSL_free(ssl); }

TlsSession::~TlsSession() {
  if (!client_) return;
  end();
  if (resumable_) client_->remember(std::move(resumable_), peer_);
}

/// With TLS 1.3 the peer sends what is needed after the handshake, mostly before its first bytes.
void TlsSession::keep() {
  const SSL_SESSION* const session = openssl.SSL_get_session(ssl_.get());
  if (session != nullptr && openssl.SSL_SESSION_is_resumable(session) == 1) resumable_.reset(openssl.SSL_SESSION_dup(session));
}

TlsSession::Step TlsSession::step(int result) {
  if (result > 0) return Step::done;
  switch (openssl.SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ: return Step::want_read;
    case SSL_ERROR_WANT_WRITE: return Step::want_write;
    case SSL_ERROR_ZERO_RETURN: return Step::closed;
    case SSL_ERROR_SYSCALL: why_ = "connection closed by the peer"; return Step::failed;
    default: explain(); return Step::failed;
  }
}

/// Puts OpenSSL's words into those of people.
void TlsSession::explain() {
  constexpr const char* kGiveCertificate = "give one: facioctl context add NAME --client-cert FILE --client-key FILE";
  if (const long verdict = openssl.SSL_get_verify_result(ssl_.get()); verdict != X509_V_OK) {
    refused_ = true;
    why_ = std::string("certificate refused: ") + openssl.X509_verify_cert_error_string(verdict);
    remedy_ = remedy_for(verdict);
    return;
  }
  why_ = openssl_reason();
  const auto told = [this](std::string why, std::string remedy) {
    refused_ = true;
    why_ = std::move(why) + " (" + why_ + ")";
    remedy_ = std::move(remedy);
  };
  switch (ERR_GET_REASON(openssl.ERR_peek_last_error())) {
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED: return told("the peer requires a client certificate", kGiveCertificate);
    case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
      return told("the peer refused the handshake; it may require a client certificate", kGiveCertificate);
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
      return told("the peer does not accept the client certificate", "use a certificate from an authority that the peer trusts");
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED: return told("the client certificate has expired", "renew the file named by the context");
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
    case SSL_R_UNSUPPORTED_PROTOCOL: return told("the peer supports no TLS version that is supported here", "TLS 1.2 or 1.3 is needed");
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_PACKET_LENGTH_TOO_LONG: return told("the peer does not speak TLS", "does it expect http:// on this port?");
    default: return;
  }
}

std::unique_ptr<TlsSession> TlsSession::make(int fd, SSL_CTX* context) {
  std::unique_ptr<TlsSession> session(new TlsSession);
  session->ssl_.reset(openssl.SSL_new(context));
  BIO_METHOD* const method = socket_method();
  BIO* bio = session->ssl_ && method != nullptr ? openssl.BIO_new(method) : nullptr;
  if (bio == nullptr) return nullptr;
  openssl.BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(fd)));
  openssl.BIO_set_init(bio, 1);
  openssl.SSL_set_bio(session->ssl_.get(), bio, bio);
  return session;
}

std::unique_ptr<TlsSession> TlsSession::accept(int fd, const TlsContext& context) {
  auto session = make(fd, context.get());
  if (session) openssl.SSL_set_accept_state(session->ssl_.get());
  return session;
}

TlsSession::Step TlsSession::handshake() {
  openssl.ERR_clear_error();
  return step(openssl.SSL_do_handshake(ssl_.get()));
}

TlsSession::Step TlsSession::peek() {
  openssl.ERR_clear_error();
  char byte = 0;
  return step(openssl.SSL_peek(ssl_.get(), &byte, 1));
}

TlsSession::Step TlsSession::read(char* to, std::size_t size, std::size_t& got) {
  openssl.ERR_clear_error();
  const Step taken = step(openssl.SSL_read_ex(ssl_.get(), to, size, &got));
  if (taken == Step::done && client_ && !resumable_) keep();
  return taken;
}

TlsSession::Step TlsSession::write(std::string_view from, std::size_t& put) {
  openssl.ERR_clear_error();
  return step(openssl.SSL_write_ex(ssl_.get(), from.data(), from.size(), &put));
}

void TlsSession::end() {
  openssl.ERR_clear_error();
  (void)openssl.SSL_shutdown(ssl_.get());
}

bool TlsSession::has_input() const { return openssl.SSL_has_pending(ssl_.get()) == 1; }

std::optional<std::int64_t> TlsSession::certificate_end() const {
  X509* const certificate = openssl.SSL_get1_peer_certificate(ssl_.get());
  const auto end = end_of(certificate);
  openssl.X509_free(certificate);
  return end;
}

}  // namespace facio::http
