#include "cli/http/tls.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <dlfcn.h>
#include <sys/socket.h>

namespace facio::http {
namespace {

OpenSsl lib;  // null pointers until load_openssl() succeeds

template <class Function>
bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  return function != nullptr;
}

/// Loads the libraries, once, by their fixed names in the system's directories. They stay loaded, as they hold state of their own.
const Status& load_openssl() {
  static const Status loaded = []() -> Status {
    void* const crypto = ::dlopen("libcrypto.so.3", RTLD_NOW | RTLD_LOCAL);
    void* const ssl = crypto == nullptr ? nullptr : ::dlopen("libssl.so.3", RTLD_NOW | RTLD_LOCAL);
    if (ssl == nullptr)
      return fail(Code::unreachable, "https needs OpenSSL 3, which is not installed (libssl.so.3)", "install the package libssl3");
#define FACIO_OPENSSL_FIND(name) &&find(ssl, #name, lib.name)
#define FACIO_CRYPTO_FIND(name) &&find(crypto, #name, lib.name)
    if (true FACIO_OPENSSL_FUNCTIONS(FACIO_OPENSSL_FIND) FACIO_CRYPTO_FUNCTIONS(FACIO_CRYPTO_FIND)) return {};
#undef FACIO_OPENSSL_FIND
#undef FACIO_CRYPTO_FIND
    return fail(Code::unreachable, "the installed OpenSSL lacks a function that https needs", "install OpenSSL 3.0 or later");
  }();
  return loaded;
}

int descriptor_of(BIO* bio) { return static_cast<int>(reinterpret_cast<std::intptr_t>(lib.BIO_get_data(bio))); }

// OpenSSL's own socket BIO writes without MSG_NOSIGNAL: a peer that goes away would end the program by SIGPIPE.
int bio_write(BIO* bio, const char* data, int size) {
  lib.BIO_clear_flags(bio, BIO_FLAGS_RWS | BIO_FLAGS_SHOULD_RETRY);
  const ssize_t put = ::send(descriptor_of(bio), data, static_cast<std::size_t>(size), MSG_NOSIGNAL);
  if (put < 0 && (errno == EAGAIN || errno == EINTR)) lib.BIO_set_flags(bio, BIO_FLAGS_WRITE | BIO_FLAGS_SHOULD_RETRY);
  return static_cast<int>(put);
}

int bio_read(BIO* bio, char* data, int size) {
  lib.BIO_clear_flags(bio, BIO_FLAGS_RWS | BIO_FLAGS_SHOULD_RETRY);
  const ssize_t got = ::recv(descriptor_of(bio), data, static_cast<std::size_t>(size), 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) lib.BIO_set_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY);
  return static_cast<int>(got);
}

long bio_control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

std::string last_error() {
  const unsigned long code = lib.ERR_peek_last_error();
  const char* reason = code == 0 ? nullptr : lib.ERR_reason_error_string(code);
  return reason == nullptr ? "protocol error" : reason;
}

bool is_numeric(const std::string& host) {
  unsigned char bytes[sizeof(in6_addr)];
  return inet_pton(AF_INET, host.c_str(), bytes) == 1 || inet_pton(AF_INET6, host.c_str(), bytes) == 1;
}

/// Trusts the directory, from which single certificates are read by hash; loading the whole bundle file would cost 20 ms.
bool trust_system(SSL_CTX* context) {
  const char* file = std::getenv("SSL_CERT_FILE");
  if (file != nullptr && *file != 0) return lib.SSL_CTX_load_verify_file(context, file) == 1;
  if (lib.SSL_CTX_set_default_verify_dir(context) != 1) return false;
  return std::getenv("SSL_CERT_DIR") != nullptr || lib.SSL_CTX_load_verify_dir(context, "/etc/ssl/certs") == 1;
}

bool expect_host(SSL* ssl, const std::string& host) {
  if (is_numeric(host)) return lib.X509_VERIFY_PARAM_set1_ip_asc(lib.SSL_get0_param(ssl), host.c_str()) == 1;
  lib.SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return lib.SSL_set1_host(ssl, host.c_str()) == 1 &&
         lib.SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, const_cast<char*>(host.c_str())) == 1;
}

}  // namespace

void TlsSession::Free::operator()(BIO_METHOD* method) const { lib.BIO_meth_free(method); }
void TlsSession::Free::operator()(SSL_CTX* context) const { lib.SSL_CTX_free(context); }
void TlsSession::Free::operator()(SSL* ssl) const { lib.SSL_free(ssl); }

TlsSession::Step TlsSession::step(int result) {
  if (result > 0) return Step::done;
  switch (lib.SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ: return Step::want_read;
    case SSL_ERROR_WANT_WRITE: return Step::want_write;
    case SSL_ERROR_ZERO_RETURN: return Step::closed;
    case SSL_ERROR_SYSCALL: why_ = "connection closed by the peer"; return Step::failed;
    default: break;
  }
  const long verdict = lib.SSL_get_verify_result(ssl_.get());
  why_ = verdict == X509_V_OK ? last_error() : std::string("certificate refused: ") + lib.X509_verify_cert_error_string(verdict);
  return Step::failed;
}

Outcome<std::unique_ptr<TlsSession>> TlsSession::start(int fd, const std::string& host, const std::string& ca_file) {
  const auto failed = [](const std::string& message) { return failure(Failure::Kind::no_tls, message); };
  if (const Status& loaded = load_openssl(); !loaded) return failed(loaded.error().message() + "; " + loaded.error().hint());
  std::unique_ptr<TlsSession> session(new TlsSession);
  session->context_.reset(lib.SSL_CTX_new(lib.TLS_client_method()));
  SSL_CTX* context = session->context_.get();
  if (context == nullptr || lib.SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, TLS1_2_VERSION, nullptr) != 1)
    return failed("TLS cannot be set up: " + last_error());
  if (!ca_file.empty() && lib.SSL_CTX_load_verify_file(context, ca_file.c_str()) != 1)
    return failed("the CA file '" + ca_file + "' cannot be used: " + last_error());
  if (ca_file.empty() && !trust_system(context)) return failed("the system's CA certificates cannot be used: " + last_error());
  lib.SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  lib.SSL_CTX_ctrl(context, SSL_CTRL_MODE, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS,
                   nullptr);

  session->ssl_.reset(lib.SSL_new(context));
  session->method_.reset(lib.BIO_meth_new(lib.BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket without SIGPIPE"));
  if (!session->ssl_ || !session->method_ || !expect_host(session->ssl_.get(), host))
    return failed("TLS cannot be set up: " + last_error());
  lib.BIO_meth_set_write(session->method_.get(), bio_write);
  lib.BIO_meth_set_read(session->method_.get(), bio_read);
  lib.BIO_meth_set_ctrl(session->method_.get(), bio_control);
  BIO* bio = lib.BIO_new(session->method_.get());
  if (bio == nullptr) return failed("TLS cannot be set up: " + last_error());
  lib.BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(fd)));
  lib.BIO_set_init(bio, 1);
  lib.SSL_set_bio(session->ssl_.get(), bio, bio);
  lib.SSL_set_connect_state(session->ssl_.get());
  return session;
}

TlsSession::Step TlsSession::handshake() {
  lib.ERR_clear_error();
  return step(lib.SSL_do_handshake(ssl_.get()));
}

TlsSession::Step TlsSession::peek() {
  lib.ERR_clear_error();
  char byte = 0;
  return step(lib.SSL_peek(ssl_.get(), &byte, 1));
}

TlsSession::Step TlsSession::read(char* to, std::size_t size, std::size_t& got) {
  lib.ERR_clear_error();
  return step(lib.SSL_read_ex(ssl_.get(), to, size, &got));
}

TlsSession::Step TlsSession::write(std::string_view from, std::size_t& put) {
  lib.ERR_clear_error();
  return step(lib.SSL_write_ex(ssl_.get(), from.data(), from.size(), &put));
}

std::optional<std::int64_t> TlsSession::certificate_end() const {
  X509* const certificate = lib.SSL_get1_peer_certificate(ssl_.get());
  if (certificate == nullptr) return std::nullopt;
  std::tm parts{};
  const bool told = lib.ASN1_TIME_to_tm(lib.X509_get0_notAfter(certificate), &parts) == 1;
  lib.X509_free(certificate);
  if (!told) return std::nullopt;
  return std::int64_t{::timegm(&parts)} * 1000;
}

}  // namespace facio::http
