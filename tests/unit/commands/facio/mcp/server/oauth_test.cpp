// What is read of the answers of protected servers and of authorization servers, and what is made for them.
#include <catch2/catch.hpp>

#include "commands/facio/mcp/server/oauth/challenge.hpp"
#include "commands/facio/mcp/server/oauth/discovery.hpp"
#include "commands/facio/mcp/server/oauth/requests.hpp"

namespace facio::serve {
namespace {

McpChallenge challenged(std::string header) { return read_challenge({{"Content-Type", "x"}, {"www-authenticate", std::move(header)}}); }

TEST_CASE("a challenge is read from any header that HTTP allows") {
  const McpChallenge usual = challenged(
      R"(Bearer error="insufficient_scope", scope="read write", resource_metadata="https://h/.well-known/x", error_description="a, b=c")");
  CHECK(usual.wants_more());
  CHECK(usual.scope == "read write");
  CHECK(usual.resource_metadata == "https://h/.well-known/x");
  const McpChallenge second = challenged(R"(Basic realm="Bearer scope=\"no\"", bearer  SCOPE = one , Digest scope=other)");
  CHECK(second.bearer);
  CHECK(second.scope == "one");
  CHECK_FALSE(second.wants_more());
  CHECK(read_challenge({{"WWW-Authenticate", "Basic x"}, {"WWW-Authenticate", "Bearer"}, {"WWW-Authenticate", "Bearer scope=b"}}).scope ==
        "");
  for (const char* none : {"", ",,,", "Basic scope=a", "scope=a", "\"Bearer\"", "Bearer-like scope=a", "= = ="}) {
    CAPTURE(none);
    CHECK(challenged(none).scope.empty());
    CHECK_FALSE(challenged(none).bearer);
  }
  CHECK(challenged("Bearer scope=\"a\x01\"").scope.empty());
  CHECK(challenged("Bearer scope=\"" + std::string(5000, 'a') + "\"").scope.empty());
  CHECK(challenged(std::string(100'000, '=') + "Bearer scope=a").scope.empty());
  CHECK(challenged("Bearer resource_metadata=\"https://h/").resource_metadata == "https://h/");
}

TEST_CASE("permissions are joined once each") {
  CHECK(joined_scopes(" a  b a", "c b") == "a b c");
  CHECK(joined_scopes("").empty());
  CHECK(joined_scopes("a \"b").empty());
  CHECK(covers_scopes("a b", "b"));
  CHECK_FALSE(covers_scopes("a b", "b c"));
}

TEST_CASE("metadata is for the server that it names, and its origin") {
  CHECK(is_resource_of("https://h/mcp", "https://h/mcp"));
  CHECK(is_resource_of("https://h", "https://h/mcp"));
  CHECK(is_resource_of("https://H:443/", "https://h/mcp?x=1"));
  CHECK(is_resource_of("https://h/mcp/", "https://h/mcp"));
  for (const char* other :
       {"https://h/mc", "https://h/mcp2", "http://h/mcp", "https://h:8443/mcp", "https://evil/mcp", "h", "", "https://h.evil/mcp"}) {
    CAPTURE(other);
    CHECK_FALSE(is_resource_of(other, "https://h/mcp"));
  }
}

TEST_CASE("the places of metadata") {
  using Places = std::vector<std::string>;
  CHECK(metadata_addresses("https://h") ==
        Places{"https://h/.well-known/oauth-authorization-server", "https://h/.well-known/openid-configuration"});
  CHECK(metadata_addresses("https://h/") == metadata_addresses("https://h"));
  CHECK(metadata_addresses("https://h:8443/a/b") == Places{"https://h:8443/.well-known/oauth-authorization-server/a/b",
                                                           "https://h:8443/.well-known/openid-configuration/a/b",
                                                           "https://h:8443/a/b/.well-known/openid-configuration"});
  CHECK(metadata_addresses("ftp://h").empty());
}

TEST_CASE("tokens travel by https, or on this machine") {
  CHECK(check_oauth_address("https://h/x", "https://m/", "token"));
  CHECK(check_oauth_address("http://localhost:1/x", "http://127.0.0.1:2/", "token"));
  CHECK_FALSE(check_oauth_address("http://127.0.0.1:1/x", "https://m/", "token"));
  CHECK_FALSE(check_oauth_address("http://h/x", "http://127.0.0.1:2/", "token"));
  CHECK_FALSE(check_oauth_address("javascript:alert(1)", "https://m/", "token"));
}

TEST_CASE("the proof of a code is that of RFC 7636, appendix B") {
  CHECK(code_challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

TEST_CASE("how a client identifies itself") {
  const auto method = [](std::vector<std::string> methods, bool secret) { return token_method({.methods = std::move(methods)}, secret); };
  CHECK(method({}, false) == "none");
  CHECK(method({}, true) == "client_secret_basic");
  CHECK(method({"client_secret_post"}, true) == "client_secret_post");
  CHECK(method({"client_secret_post", "client_secret_basic"}, true) == "client_secret_basic");
  CHECK(method({"client_secret_post"}, false) == "none");
}

TEST_CASE("an address keeps the query of its page") {
  const AuthorizationRequest request{
      .client_id = "a&b", .redirect_uri = "http://127.0.0.1:1/c", .state = "s", .verifier = "v", .scope = "", .resource = "https://m/"};
  const std::string address = authorization_address({.authorization_endpoint = "https://h/login?tenant=1"}, request);
  CHECK(address.starts_with("https://h/login?tenant=1&response_type=code&client_id=a%26b&"));
  CHECK(address.find("scope=") == std::string::npos);
  CHECK(address.find("&resource=https%3A%2F%2Fm%2F") != std::string::npos);
}

TEST_CASE("the answer of a redirect") {
  const auto whole = read_redirect("  http://127.0.0.1:1/callback?code=a%2Bb&state=s+1&iss=https%3A%2F%2Fh&code=second#x \n");
  REQUIRE(whole);
  CHECK(whole->code == "a+b");
  CHECK(whole->state == "s 1");
  CHECK(whole->issuer == "https://h");
  CHECK(read_redirect("code=a&state=b")->code == "a");
  CHECK(read_redirect("?error=access_denied&state=b&error_description=n%0Ao")->description == "n?o");
  for (const std::string& bad : {std::string("code=a"), std::string("state=a"), std::string("https://h/"), std::string(""),
                                 std::string("code=%zz&state=a"), "code=" + std::string(9000, 'a') + "&state=a"}) {
    CAPTURE(bad.substr(0, 40));
    CHECK_FALSE(read_redirect(bad));
  }
}

TEST_CASE("the answer of a token endpoint") {
  const auto tokens = [](std::string_view text) {
    const auto document = JsonDocument::parse(text);
    REQUIRE(document);
    return read_tokens(document->root());
  };
  const auto whole = tokens(R"({"access_token":"a","token_type":"bearer","expires_in":60,"refresh_token":"r","scope":"x  y"})");
  REQUIRE(whole);
  CHECK(whole->access.reveal() == "a");
  CHECK(whole->refresh.reveal() == "r");
  CHECK(whole->expires_in == 60);
  CHECK(whole->scope == "x y");
  CHECK(tokens(R"({"access_token":"a"})")->expires_in == 0);
  CHECK(tokens(R"({"access_token":"a","expires_in":"60","refresh_token":7})")->refresh.empty());
  CHECK(tokens(R"({"access_token":"a","expires_in":-5})")->expires_in == 1);
  for (const char* bad :
       {"{}", R"({"access_token":""})", R"({"access_token":7})", R"({"access_token":"a b"})", R"({"access_token":"a\r\nX: y"})",
        R"({"access_token":"a","token_type":"DPoP"})", R"({"access_token":"é"})", "[]", "null"}) {
    CAPTURE(bad);
    CHECK_FALSE(tokens(bad));
  }
}

}  // namespace
}  // namespace facio::serve
