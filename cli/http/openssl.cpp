#include "cli/http/openssl.hpp"

#include <dlfcn.h>

namespace facio::http {
namespace {

template <class Function>
bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  return function != nullptr;
}

Result<OpenSsl> load() {
  // The libraries stay loaded until the program ends: they hold state of their own.
  void* const crypto = ::dlopen("libcrypto.so.3", RTLD_NOW | RTLD_LOCAL);
  void* const ssl = crypto == nullptr ? nullptr : ::dlopen("libssl.so.3", RTLD_NOW | RTLD_LOCAL);
  if (ssl == nullptr)
    return fail(Code::unreachable, "https needs OpenSSL 3, which is not installed (libssl.so.3)", "install the package libssl3");
  OpenSsl found;
#define FACIO_OPENSSL_FIND(name) &&find(ssl, #name, found.name)
#define FACIO_CRYPTO_FIND(name) &&find(crypto, #name, found.name)
  const bool complete = true FACIO_OPENSSL_FUNCTIONS(FACIO_OPENSSL_FIND) FACIO_CRYPTO_FUNCTIONS(FACIO_CRYPTO_FIND);
#undef FACIO_OPENSSL_FIND
#undef FACIO_CRYPTO_FIND
  if (!complete) return fail(Code::unreachable, "the installed OpenSSL lacks a function that https needs", "install OpenSSL 3.0 or later");
  return found;
}

}  // namespace

Result<const OpenSsl*> load_openssl() {
  static const Result<OpenSsl> loaded = load();
  if (!loaded) return fail(Error(loaded.error()));
  return &*loaded;
}

}  // namespace facio::http
