#include "commands/serve/authority.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <fcntl.h>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "cli/core/encoding.hpp"
#include "cli/core/files.hpp"
#include "cli/core/secret.hpp"
#include "cli/core/text.hpp"
#include "cli/core/time.hpp"
#include "cli/core/utf8.hpp"
#include "cli/http/openssl.hpp"
#include "commands/serve/private_file.hpp"

namespace facio::serve {
namespace {

using http::openssl;

constexpr std::int64_t kAuthorityDays = 3650, kServerDays = 90, kRenewDays = 30;
constexpr std::size_t kMostOfFile = 64 * 1024;
constexpr long kVersion3 = 2;

/// The functions of OpenSSL that make certificates.
struct Maker {
// clang-format off
#define FACIO_MAKER_FUNCTIONS(X)                                                                                                       \
  X(ASN1_INTEGER_set_uint64) X(BIO_ctrl) X(BIO_s_mem) X(EVP_PKEY_Q_keygen) X(EVP_sha256) X(PEM_read_bio_X509) X(PEM_write_bio_PrivateKey) \
      X(PEM_write_bio_X509) X(X509V3_EXT_conf_nid) X(X509V3_set_ctx) X(X509_EXTENSION_free) X(X509_NAME_add_entry_by_txt)                 \
          X(X509_add_ext) X(X509_check_host) X(X509_check_ip_asc) X(X509_check_private_key) X(X509_get_serialNumber)                      \
              X(X509_get_subject_name) X(X509_getm_notAfter) X(X509_getm_notBefore) X(X509_gmtime_adj) X(X509_new)                        \
                  X(X509_set_issuer_name) X(X509_set_pubkey) X(X509_set_version) X(X509_sign) X(X509_verify)
#define FACIO_MAKER_MEMBER(name) decltype(&::name) name = nullptr;  // NOLINT(bugprone-macro-parentheses): a declared name
  FACIO_MAKER_FUNCTIONS(FACIO_MAKER_MEMBER)
// clang-format on
#undef FACIO_MAKER_MEMBER

  bool load() {
    // NOLINTNEXTLINE(bugprone-macro-parentheses): a declared name
#define FACIO_MAKER_FIND(name) &&(name = reinterpret_cast<decltype(name)>(http::crypto_function(#name))) != nullptr
    return true FACIO_MAKER_FUNCTIONS(FACIO_MAKER_FIND);
#undef FACIO_MAKER_FIND
  }
};

struct FreeCertificate {
  void operator()(X509* certificate) const { openssl.X509_free(certificate); }
};
struct FreeKey {
  void operator()(EVP_PKEY* key) const { openssl.EVP_PKEY_free(key); }
};
struct FreeBio {
  void operator()(BIO* bio) const { openssl.BIO_free(bio); }
};
using Certificate = std::unique_ptr<X509, FreeCertificate>;
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;
using Bio = std::unique_ptr<BIO, FreeBio>;

/// A certificate with its key.
struct Identity {
  Certificate certificate;
  Key key;
  [[nodiscard]] explicit operator bool() const { return certificate && key; }
};

bool is_numeric_address(const std::string& name) {
  unsigned char bytes[sizeof(in6_addr)];
  return ::inet_pton(AF_INET, name.c_str(), bytes) == 1 || ::inet_pton(AF_INET6, name.c_str(), bytes) == 1;
}

tl::unexpected<Error> cannot_make() {
  return fail(Code::failed, "--tls auto: OpenSSL cannot create a certificate: " + http::openssl_reason());
}

/// The identity in a private file; an empty one when the file is missing or does not hold one.
Result<Identity> read_identity(const Maker& maker, const std::string& path) {
  Identity found;
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file && errno == ENOENT) return found;
  struct stat about {};
  if (!file || ::fstat(file.get(), &about) != 0) return fail(Code::usage, "--tls auto: cannot read " + path + ": " + system_reason(errno));
  if (about.st_uid != ::geteuid() || (about.st_mode & 077U) != 0)
    return fail(Code::usage, "--tls auto: others may read or change " + path,
                "chmod 600 " + path + "; or remove it, and a new one is created");
  std::string text;
  if (!read_all(file.get(), text, kMostOfFile)) return fail(Code::usage, "--tls auto: cannot read " + path + ": " + system_reason(errno));
  const Secret secret(std::move(text));
  const auto bytes = [&secret] { return Bio(openssl.BIO_new_mem_buf(secret.reveal().data(), static_cast<int>(secret.reveal().size()))); };
  const auto no_passphrase = [](char*, int, int, void*) { return -1; };
  found.key.reset(openssl.PEM_read_bio_PrivateKey(bytes().get(), nullptr, no_passphrase, nullptr));
  found.certificate.reset(maker.PEM_read_bio_X509(bytes().get(), nullptr, no_passphrase, nullptr));
  if (found && maker.X509_check_private_key(found.certificate.get(), found.key.get()) != 1) found = {};
  return found;
}

std::string taken(const Maker& maker, BIO* bio) {
  char* data = nullptr;
  const long size = maker.BIO_ctrl(bio, BIO_CTRL_INFO, 0, &data);
  std::string text = size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
  if (size > 0) explicit_bzero(data, static_cast<std::size_t>(size));
  return text;
}

Result<std::string> certificate_text(const Maker& maker, X509* certificate) {
  const Bio bio(openssl.BIO_new(maker.BIO_s_mem()));
  if (!bio || maker.PEM_write_bio_X509(bio.get(), certificate) != 1) return cannot_make();
  return taken(maker, bio.get());
}

/// Certificate and key in one file, so that both are always of one making.
Status write_identity(const Maker& maker, const Identity& identity, const std::string& path) {
  auto certificate = certificate_text(maker, identity.certificate.get());
  if (!certificate) return fail(std::move(certificate.error()));
  const Bio bio(openssl.BIO_new(maker.BIO_s_mem()));
  if (!bio || maker.PEM_write_bio_PrivateKey(bio.get(), identity.key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
    return cannot_make();
  const Secret key(taken(maker, bio.get()));
  const Secret both(*certificate + std::string(key.reveal()));
  return replace_file(path, both.reveal(), 0600);
}

/// What a certificate says: whose it is, for how long, and extensions by their numbers.
struct Terms {
  std::string name;
  std::int64_t days;
  std::vector<std::pair<int, std::string>> extensions;
};

/// A new key with a certificate, signed by `issuer`, or by itself.
Result<Identity> issue(const Maker& maker, const Terms& terms, const Identity* issuer) {
  openssl.ERR_clear_error();
  Identity made{Certificate(maker.X509_new()), Key(maker.EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"))};
  if (!made) return cannot_make();
  X509* const certificate = made.certificate.get();
  const Identity& by = issuer == nullptr ? made : *issuer;
  std::uint64_t serial = 0;
  (void)read_number(random_hex(7), serial, 16);
  X509_NAME* const name = maker.X509_get_subject_name(certificate);
  const auto* text = reinterpret_cast<const unsigned char*>(terms.name.data());
  bool good = maker.X509_set_version(certificate, kVersion3) == 1 &&
              maker.ASN1_INTEGER_set_uint64(maker.X509_get_serialNumber(certificate), serial | 1U) == 1 &&
              maker.X509_gmtime_adj(maker.X509_getm_notBefore(certificate), -300) != nullptr &&  // clocks differ a little
              maker.X509_gmtime_adj(maker.X509_getm_notAfter(certificate), static_cast<long>(terms.days * kDayMs / 1000)) != nullptr &&
              maker.X509_set_pubkey(certificate, made.key.get()) == 1 &&
              maker.X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, text, static_cast<int>(terms.name.size()), -1, 0) == 1 &&
              maker.X509_set_issuer_name(certificate, maker.X509_get_subject_name(by.certificate.get())) == 1;
  X509V3_CTX context{};
  maker.X509V3_set_ctx(&context, by.certificate.get(), certificate, nullptr, nullptr, 0);
  for (const auto& [kind, value] : terms.extensions) {
    X509_EXTENSION* const extension = good ? maker.X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()) : nullptr;
    good = extension != nullptr && maker.X509_add_ext(certificate, extension, -1) == 1;
    if (extension != nullptr) maker.X509_EXTENSION_free(extension);
  }
  if (!good || maker.X509_sign(certificate, by.key.get(), maker.EVP_sha256()) == 0) return cannot_make();
  return made;
}

Result<Identity> new_authority(const Maker& maker) {
  return issue(maker,
               {.name = "facioctl authority " + random_hex(4),
                .days = kAuthorityDays,
                .extensions = {{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
                               {NID_key_usage, "critical,keyCertSign,cRLSign"},
                               {NID_subject_key_identifier, "hash"}}},
               nullptr);
}

Result<Identity> new_server(const Maker& maker, const std::vector<std::string>& names, const Identity& authority) {
  std::string alternatives;
  for (const std::string& name : names)
    alternatives += (alternatives.empty() ? "" : ",") + std::string(is_numeric_address(name) ? "IP:" : "DNS:") + name;
  return issue(maker,
               {.name = "facioctl serve",
                .days = kServerDays,
                .extensions = {{NID_basic_constraints, "critical,CA:FALSE"},
                               {NID_key_usage, "critical,digitalSignature"},
                               {NID_ext_key_usage, "serverAuth"},
                               {NID_subject_alt_name, alternatives},
                               {NID_subject_key_identifier, "hash"},
                               {NID_authority_key_identifier, "keyid:always"}}},
               &authority);
}

bool lasts(const Identity& identity, std::int64_t now_ms, std::int64_t days) {
  const auto end = http::end_of(identity.certificate.get());
  return end && *end - now_ms > days * kDayMs;
}

bool names_all(const Maker& maker, X509* certificate, const std::vector<std::string>& names) {
  return std::ranges::all_of(names, [&](const std::string& name) {
    if (is_numeric_address(name)) return maker.X509_check_ip_asc(certificate, name.c_str(), 0) == 1;
    // A name with "*" is asked for by one that it covers.
    const std::string asked = name.starts_with("*.") ? "a" + name.substr(1) : name;
    return maker.X509_check_host(certificate, asked.c_str(), asked.size(), 0, nullptr) == 1;
  });
}

}  // namespace

bool is_certificate_name(const std::string& name) {
  if (is_numeric_address(name)) return true;
  const std::string_view host = name.starts_with("*.") ? std::string_view(name).substr(2) : std::string_view(name);
  return !host.empty() && host.size() <= 253 && host.front() != '.' && host.front() != '-' &&
         std::ranges::all_of(host, [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '.'; });
}

Result<Issued> keep_authority(const std::string& directory, const std::vector<std::string>& names, std::int64_t now_ms) {
  if (const Status& loaded = http::load_openssl(); !loaded) return fail(loaded.error());
  Maker maker;
  if (!maker.load()) return fail(Code::unreachable, "--tls auto: the installed OpenSSL lacks a function", "install OpenSSL 3.0 or later");
  for (const std::string& name : names)
    if (!is_certificate_name(name))
      return fail(Code::usage, "--tls-name: '" + printable(name) + "' is neither a host name nor a numeric address");
  if (auto status = make_private_directory(directory); !status) return fail(std::move(status.error()));
  Issued issued{.ca_file = directory + "/ca.pem", .server_file = directory + "/server.pem"};
  auto authority = read_identity(maker, directory + "/authority.pem");
  if (!authority) return fail(std::move(authority.error()));
  if (!*authority || !lasts(*authority, now_ms, kServerDays)) {
    authority = new_authority(maker);
    if (!authority) return fail(std::move(authority.error()));
    if (auto status = write_identity(maker, *authority, directory + "/authority.pem"); !status) return fail(std::move(status.error()));
    issued.new_authority = true;
  }
  auto text = certificate_text(maker, authority->certificate.get());
  if (!text) return fail(std::move(text.error()));
  if (auto status = replace_file(issued.ca_file, *text, 0644); !status) return fail(std::move(status.error()));
  auto server = read_identity(maker, issued.server_file);
  if (!server) return fail(std::move(server.error()));
  if (*server && lasts(*server, now_ms, kRenewDays) && names_all(maker, server->certificate.get(), names) &&
      maker.X509_verify(server->certificate.get(), authority->key.get()) == 1)
    return issued;
  server = new_server(maker, names, *authority);
  if (!server) return fail(std::move(server.error()));
  if (auto status = write_identity(maker, *server, issued.server_file); !status) return fail(std::move(status.error()));
  return issued;
}

}  // namespace facio::serve
