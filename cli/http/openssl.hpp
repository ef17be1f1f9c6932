// OpenSSL's functions, to be loaded when TLS is first used. Linked in, its tables would be two thirds of the program's start-up relocations
// and half of its size; and the system's library gets its security updates without us.
#pragma once

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <optional>

#include "cli/core/result.hpp"

namespace facio::http {

/// The functions that sessions use, by their own names. Their types come from the headers, their code from libssl.so.3 and libcrypto.so.3.
struct OpenSsl {
// clang-format off
#define FACIO_OPENSSL_FUNCTIONS(X)                                                                                                        \
  X(TLS_client_method) X(TLS_server_method)                                                                                               \
  X(SSL_CTX_new) X(SSL_CTX_free) X(SSL_CTX_ctrl) X(SSL_CTX_load_verify_file) X(SSL_CTX_load_verify_dir) X(SSL_CTX_set_default_verify_dir) \
      X(SSL_CTX_set_verify) X(SSL_CTX_set_options) X(SSL_CTX_set_session_id_context) X(SSL_CTX_use_certificate_chain_file)                \
          X(SSL_CTX_use_PrivateKey) X(SSL_CTX_check_private_key) X(SSL_CTX_get0_certificate) X(SSL_load_client_CA_file)                   \
              X(SSL_CTX_set_client_CA_list) X(SSL_new) X(SSL_free) X(SSL_ctrl) X(SSL_get_error) X(SSL_get_verify_result)                  \
                  X(SSL_get0_param) X(SSL_set_hostflags) X(SSL_set1_host) X(SSL_set_bio) X(SSL_set_connect_state) X(SSL_set_accept_state) \
                      X(SSL_do_handshake) X(SSL_has_pending) X(SSL_peek) X(SSL_read_ex) X(SSL_write_ex) X(SSL_shutdown)                   \
                          X(SSL_get1_peer_certificate) X(SSL_get_session) X(SSL_set_session) X(SSL_SESSION_free)                          \
                              X(SSL_SESSION_dup) X(SSL_SESSION_is_resumable)
#define FACIO_CRYPTO_FUNCTIONS(X)                                                                                                       \
  X(BIO_new) X(BIO_free) X(BIO_new_mem_buf)                                                                                             \
  X(BIO_meth_new) X(BIO_meth_free) X(BIO_meth_set_write) X(BIO_meth_set_read) X(BIO_meth_set_ctrl) X(BIO_get_new_index) X(BIO_set_data) \
      X(BIO_get_data) X(BIO_set_init) X(BIO_set_flags) X(BIO_clear_flags) X(ERR_clear_error) X(ERR_peek_last_error)                     \
          X(ERR_reason_error_string) X(EVP_PKEY_free) X(PEM_read_bio_PrivateKey) X(X509_VERIFY_PARAM_set1_ip_asc)                       \
              X(X509_verify_cert_error_string) X(X509_get0_notAfter) X(X509_free) X(ASN1_TIME_to_tm)
#define FACIO_OPENSSL_MEMBER(name) decltype(&::name) name = nullptr;  // NOLINT(bugprone-macro-parentheses): a declared name
  FACIO_OPENSSL_FUNCTIONS(FACIO_OPENSSL_MEMBER)
  FACIO_CRYPTO_FUNCTIONS(FACIO_OPENSSL_MEMBER)
// clang-format on
#undef FACIO_OPENSSL_MEMBER
};

/// The functions; null pointers until load_openssl() has succeeded.
extern OpenSsl openssl;
/// Loads the libraries once, by their fixed names in the system's directories. They stay loaded, as they hold state of their own.
/// Code::unreachable when they are not there or too old.
const Status& load_openssl();
/// A further function of libcrypto.so.3, after load_openssl(); null when it has none of this name.
void* crypto_function(const char* name);
/// The reason of the last failure of this thread, as a part of a sentence.
std::string openssl_reason();
/// When a certificate expires, in epoch milliseconds.
std::optional<std::int64_t> end_of(const X509* certificate);

}  // namespace facio::http
