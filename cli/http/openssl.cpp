#include "cli/http/openssl.hpp"

#include <dlfcn.h>

#include <ctime>
#include <optional>

namespace facio::http {

OpenSsl openssl;

namespace {

void* crypto_library = nullptr;

template <class Function>
bool find_in(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  return function != nullptr;
}

}  // namespace

const Status& load_openssl() {
  static const Status loaded = []() -> Status {
    void* const crypto = ::dlopen("libcrypto.so.3", RTLD_NOW | RTLD_LOCAL);
    void* const ssl = crypto == nullptr ? nullptr : ::dlopen("libssl.so.3", RTLD_NOW | RTLD_LOCAL);
    if (ssl == nullptr)
      return fail(Code::unreachable, "https needs OpenSSL 3, which is not installed (libssl.so.3)", "install the package libssl3");
    crypto_library = crypto;
#define FACIO_OPENSSL_FIND(name) &&find_in(ssl, #name, openssl.name)
#define FACIO_CRYPTO_FIND(name) &&find_in(crypto, #name, openssl.name)
    if (true FACIO_OPENSSL_FUNCTIONS(FACIO_OPENSSL_FIND) FACIO_CRYPTO_FUNCTIONS(FACIO_CRYPTO_FIND)) return {};
#undef FACIO_OPENSSL_FIND
#undef FACIO_CRYPTO_FIND
    return fail(Code::unreachable, "the installed OpenSSL lacks a function that https needs", "install OpenSSL 3.0 or later");
  }();
  return loaded;
}

void* crypto_function(const char* name) { return crypto_library == nullptr ? nullptr : ::dlsym(crypto_library, name); }

std::string openssl_reason() {
  const unsigned long code = openssl.ERR_peek_last_error();
  const char* reason = code == 0 ? nullptr : openssl.ERR_reason_error_string(code);
  return reason == nullptr ? "protocol error" : reason;
}

std::optional<std::int64_t> end_of(const X509* certificate) {
  std::tm parts{};
  if (certificate == nullptr || openssl.ASN1_TIME_to_tm(openssl.X509_get0_notAfter(certificate), &parts) != 1) return std::nullopt;
  return std::int64_t{::timegm(&parts)} * 1000;
}

}  // namespace facio::http
