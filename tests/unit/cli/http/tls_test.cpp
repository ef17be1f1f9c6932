// https against a real TLS peer with a certificate made here.
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "cli/http/client.hpp"
#include "tests/unit/cli/http/loopback_server.hpp"

using namespace facio;
using namespace facio::test;

namespace {

/// A self-signed certificate for 127.0.0.1 alone, and its file.
class Identity {
 public:
  Identity() : key_(EVP_EC_gen("P-256")), certificate_(X509_new()) {
    X509_set_version(certificate_, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate_), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate_), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate_), 3600);
    X509_set_pubkey(certificate_, key_);
    X509_NAME* name = X509_get_subject_name(certificate_);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("test agent"), -1, -1, 0);
    X509_set_issuer_name(certificate_, name);
    X509_EXTENSION* names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1");
    X509_add_ext(certificate_, names, -1);
    X509_EXTENSION_free(names);
    X509_sign(certificate_, key_, EVP_sha256());
    path_ = (std::filesystem::temp_directory_path() / ("facio-tls-" + std::to_string(::getpid()) + ".pem")).string();
    BIO* file = BIO_new_file(path_.c_str(), "w");
    PEM_write_bio_X509(file, certificate_);
    BIO_free(file);
  }
  Identity(const Identity&) = delete;
  Identity& operator=(const Identity&) = delete;
  ~Identity() {
    std::filesystem::remove(path_);
    X509_free(certificate_);
    EVP_PKEY_free(key_);
  }
  [[nodiscard]] const std::string& path() const { return path_; }

  /// Answers requests over one TLS connection until the client closes; a refused handshake ends it.
  void serve(Peer& peer, const std::string& answer, int newest) const {
    SSL_CTX* context = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_max_proto_version(context, newest);
    SSL_CTX_use_certificate(context, certificate_);
    SSL_CTX_use_PrivateKey(context, key_);
    SSL* ssl = SSL_new(context);
    SSL_set_fd(ssl, peer.fd());
    if (SSL_accept(ssl) == 1) {
      char block[4096];
      while (SSL_read(ssl, block, sizeof block) > 0) SSL_write(ssl, answer.data(), static_cast<int>(answer.size()));
    }
    SSL_free(ssl);
    SSL_CTX_free(context);
  }

 private:
  EVP_PKEY* key_;
  X509* certificate_;
  std::string path_;
};

Result<Response> asked(const std::string& url, const std::string& ca_file, int times = 1) {
  Target target;
  target.url = url;
  target.tls.ca = ca_file;
  HttpClient client(std::move(target), {});
  Request request;
  request.method = "GET";
  request.target = "/health";
  request.timeout_ms = 5000;
  auto response = client.send(request);
  for (int i = 1; i < times && response; ++i) response = client.send(request);
  return response;
}

}  // namespace

TEST_CASE("https proves who answers") {
  const Identity identity;
  const std::string body(100'000, 'x');
  const auto modern = [&](Peer& peer) { identity.serve(peer, reply("200 OK", body), TLS1_3_VERSION); };
  const auto older = [&](Peer& peer) { identity.serve(peer, reply("200 OK", body), TLS1_2_VERSION); };
  SECTION("a named CA file is believed, and the connection is kept") {
    for (const auto& script : {LoopbackServer::Script(modern), LoopbackServer::Script(older)}) {
      LoopbackServer server({script});
      const auto response = asked("https://127.0.0.1:" + std::to_string(server.port()), identity.path(), 2);
      REQUIRE(response);
      CHECK(response->body == body);
      CHECK(server.accepted() == 1);
    }
  }
  SECTION("the system does not know this certificate") {
    LoopbackServer server({modern});
    const auto response = asked("https://127.0.0.1:" + std::to_string(server.port()), "");
    REQUIRE_FALSE(response);
    CHECK(response.error().code() == Code::unreachable);
    CHECK(response.error().message().find("certificate refused: self-signed certificate") != std::string::npos);
  }
  SECTION("another name than the certificate's is refused") {
    LoopbackServer server({modern});
    const auto response = asked("https://localhost:" + std::to_string(server.port()), identity.path());
    REQUIRE_FALSE(response);
    CHECK(response.error().message().find("certificate refused: hostname mismatch") != std::string::npos);
  }
  SECTION("TLS older than 1.2 is refused") {
    LoopbackServer server({[&](Peer& peer) { identity.serve(peer, "", TLS1_1_VERSION); }});
    CHECK(asked("https://127.0.0.1:" + std::to_string(server.port()), identity.path()).error().code() == Code::unreachable);
  }
  SECTION("a CA file that does not exist is named") {
    LoopbackServer server({[](Peer&) {}});
    const auto response = asked("https://127.0.0.1:" + std::to_string(server.port()), "/nonexistent/ca.pem");
    REQUIRE_FALSE(response);
    CHECK(response.error().message().find("/nonexistent/ca.pem") != std::string::npos);
  }
  SECTION("a peer without TLS is told apart") {
    LoopbackServer server({[](Peer& peer) { peer.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"); }});
    const auto response = asked("https://127.0.0.1:" + std::to_string(server.port()), identity.path());
    REQUIRE_FALSE(response);
    CHECK(response.error().code() == Code::unreachable);
    CHECK(response.error().message().find("TLS failed") != std::string::npos);
  }
}
