// Certificates, keys and trust for TLS.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

#include "cli/core/files.hpp"
#include "cli/core/secret.hpp"
#include "cli/core/streams.hpp"
#include "cli/http/tls.hpp"

namespace facio::http {
namespace {

constexpr std::size_t kMostOfKey = 256 * 1024;

tl::unexpected<Error> unusable(std::string message, std::string hint = {}) {
  return fail(Code::usage, std::move(message), std::move(hint));
}

/// A regular file: what else there is may keep whoever opens it waiting for ever.
Status check_file(const std::string& what, const std::string& path) {
  const std::string named = "the " + what + " file " + path;
  struct ::stat found {};
  if (::stat(path.c_str(), &found) != 0) return unusable(named + " cannot be read: " + system_reason(errno), "check the path");
  if (!S_ISREG(found.st_mode)) return unusable(named + " is not a regular file", "write it to a file");
  return {};
}

/// The text of a key's file, which nobody else may read. One of root's may be open to this process's group, as service managers give it.
Result<Secret> key_text(const std::string& path) {
  const std::string named = "the key file " + path;
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct ::stat found {};
  if (!file || ::fstat(file.get(), &found) != 0) return unusable(named + " cannot be read: " + system_reason(errno), "check the path");
  if (!S_ISREG(found.st_mode)) return unusable(named + " is not a regular file", "write the key to a file");
  const bool own = found.st_uid == ::geteuid();
  if (!own && found.st_uid != 0) return unusable(named + " belongs to another user", "chown " + std::to_string(::geteuid()) + " " + path);
  if ((found.st_mode & (own ? 077U : 027U)) != 0) return unusable(named + " can be read or changed by others", "chmod 600 " + path);
  std::string text;
  const bool whole = read_all(file.get(), text, kMostOfKey) && text.size() <= kMostOfKey;
  Secret secret(std::move(text));
  if (!whole) return unusable(named + " cannot be read: " + (errno != 0 ? system_reason(errno) : "it is too large"));
  return secret;
}

/// Without it OpenSSL would ask for a passphrase on the terminal.
int no_passphrase(char*, int, int, void*) { return -1; }

/// Trusts the directory, from which single certificates are read by hash; loading the whole bundle file would cost 20 ms.
bool trust_system(SSL_CTX* context) {
  if (const std::string file(own_variable(Variable::ssl_cert_file)); !file.empty())
    return openssl.SSL_CTX_load_verify_file(context, file.c_str()) == 1;
  const std::string named(own_variable(Variable::ssl_cert_dir));  // a list, which OpenSSL reads by itself
  if (!named.empty()) return openssl.SSL_CTX_set_default_verify_dir(context) == 1;
  return openssl.SSL_CTX_set_default_verify_dir(context) == 1 && openssl.SSL_CTX_load_verify_dir(context, "/etc/ssl/certs") == 1;
}

}  // namespace

void TlsContext::Free::operator()(SSL_CTX* context) const { openssl.SSL_CTX_free(context); }

Result<TlsContext> TlsContext::make(const SSL_METHOD* (*method)()) {
  openssl.ERR_clear_error();
  TlsContext made(openssl.SSL_CTX_new(method()));
  if (!made.context_ || openssl.SSL_CTX_ctrl(made.get(), SSL_CTRL_SET_MIN_PROTO_VERSION, TLS1_2_VERSION, nullptr) != 1)
    return unusable("TLS cannot be set up: " + openssl_reason());
  openssl.SSL_CTX_ctrl(made.get(), SSL_CTRL_MODE,
                       SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS, nullptr);
  return made;
}

/// Shows the peer this certificate.
Status TlsContext::identify(const TlsFiles& files) {
  if (files.cert.empty() || files.key.empty())
    return unusable("a certificate and its key must be given together; " + (files.cert.empty() ? files.key : files.cert) +
                    " was given alone");
  if (auto status = check_file("certificate", files.cert); !status) return status;
  openssl.ERR_clear_error();
  if (openssl.SSL_CTX_use_certificate_chain_file(get(), files.cert.c_str()) != 1)
    return unusable("the certificate file " + files.cert + " cannot be used: " + openssl_reason(),
                    "it must contain PEM, its own certificate first");
  const auto text = key_text(files.key);
  if (!text) return fail(text.error());
  openssl.ERR_clear_error();
  BIO* const bio = openssl.BIO_new_mem_buf(text->reveal().data(), static_cast<int>(text->reveal().size()));
  EVP_PKEY* const key = bio == nullptr ? nullptr : openssl.PEM_read_bio_PrivateKey(bio, nullptr, no_passphrase, nullptr);
  openssl.BIO_free(bio);
  if (key == nullptr)
    return unusable("the key file " + files.key + " cannot be used: " + openssl_reason(),
                    "it must contain one PEM key without a passphrase");
  const bool used = openssl.SSL_CTX_use_PrivateKey(get(), key) == 1;
  openssl.EVP_PKEY_free(key);
  if (!used || openssl.SSL_CTX_check_private_key(get()) != 1)
    return unusable("the key in " + files.key + " does not belong to the certificate in " + files.cert, "give a matching pair");
  return {};
}

Result<TlsContext> TlsContext::for_client(const TlsFiles& files) {
  if (const Status& loaded = load_openssl(); !loaded) return fail(loaded.error());
  auto made = make(openssl.TLS_client_method);
  if (!made) return made;
  if (!files.ca.empty() && openssl.SSL_CTX_load_verify_file(made->get(), files.ca.c_str()) != 1)
    return unusable("the CA file '" + files.ca + "' cannot be used: " + openssl_reason(), "it must contain certificates as PEM");
  if (files.ca.empty() && !trust_system(made->get())) return unusable("the system's CA certificates cannot be used: " + openssl_reason());
  openssl.SSL_CTX_set_verify(made->get(), SSL_VERIFY_PEER, nullptr);
  if (!files.cert.empty() || !files.key.empty())
    if (auto status = made->identify(files); !status) return fail(std::move(status.error()));
  return made;
}

Result<TlsContext> TlsContext::for_server(const TlsFiles& files) {
  if (const Status& loaded = load_openssl(); !loaded) return fail(loaded.error());
  auto made = make(openssl.TLS_server_method);
  if (!made) return made;
  openssl.SSL_CTX_set_options(made->get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  constexpr unsigned char kName[] = "facioctl";  // without one, no client with a certificate could resume its session
  openssl.SSL_CTX_set_session_id_context(made->get(), kName, sizeof kName - 1);
  if (auto status = made->identify(files); !status) return fail(std::move(status.error()));
  if (files.ca.empty()) return made;
  if (auto status = check_file("CA", files.ca); !status) return fail(std::move(status.error()));
  auto* const names = openssl.SSL_load_client_CA_file(files.ca.c_str());
  if (names == nullptr || openssl.SSL_CTX_load_verify_file(made->get(), files.ca.c_str()) != 1)
    return unusable("the CA file " + files.ca + " cannot be used: " + openssl_reason(), "it must contain certificates as PEM");
  openssl.SSL_CTX_set_client_CA_list(made->get(), names);
  openssl.SSL_CTX_set_verify(made->get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  return made;
}

std::optional<std::int64_t> TlsContext::certificate_end() const { return end_of(openssl.SSL_CTX_get0_certificate(get())); }

}  // namespace facio::http
