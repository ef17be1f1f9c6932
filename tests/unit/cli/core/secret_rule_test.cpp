// Which members and texts hold a secret.
#include "cli/core/secret_rule.hpp"

#include <catch2/catch.hpp>

#include "cli/core/json.hpp"

using namespace facio;

TEST_CASE("names of secrets", "[secret]") {
  for (const char* name : {"token",
                           "apiKey",
                           "BOT_TOKEN",
                           "clientSecret",
                           "imapPassword",
                           "key",
                           "KEY",
                           "passwd",
                           "PGPASSWORD",
                           "tokens",
                           "apiKeys",
                           "botTokenV2",
                           "API_KEY_2",
                           "tokenProd",
                           "secrets",
                           "Authorization",
                           "Proxy-Authorization",
                           "X-Auth",
                           "X-Vault-Token",
                           "Cookie",
                           "Set-Cookie",
                           "--api-key",
                           "--password",
                           "credentials",
                           "jwt",
                           "passphrase",
                           "signature",
                           "database_dsn",
                           "accessKeyProd",
                           "X-API-KEY",
                           "smtpPass"}) {
    CAPTURE(name);
    CHECK(is_secret_name(name));
  }
  for (const char* name : {"",           "keyring",       "user",  "allowFrom",    "ey",     "tokenUrl", "token_uri",  "maxTokens",
                           "max_tokens", "prompt_tokens", "keys",  "keyName",      "author", "bypass",   "secretName", "passwordFile",
                           "tokenType",  "channelId",     "oauth", "cookiePolicy", "pinned", "compass",  "keyboard"}) {
    CAPTURE(name);
    CHECK_FALSE(is_secret_name(name));
  }
  for (const char* name : {"headers", "extraHeaders", "http_headers", "cookies", "proxy", "env", "auth"}) CHECK(is_secret_place(name));
  for (const char* name : {"header_style", "proxyMode", "environmentName", "author"}) CHECK_FALSE(is_secret_place(name));
}

TEST_CASE("secrets within texts", "[secret]") {
  const auto [text, masked] = GENERATE(table<std::string, std::string>({
      {"https://u:p@host.example/x", "https://***@host.example/x"},
      {"https://abcdef@host.example", "https://***@host.example"},
      {"http://u:pa/ss@host:3128", "http://***@host:3128"},
      {"a https://u:p@h/x and postgres://me:pw@db:5432/n", "a https://***@h/x and postgres://***@db:5432/n"},
      {"u:p@proxy.example:3128", "***@proxy.example:3128"},
      {"https://h/x?access_token=abc&b=c#d", "https://h/x?access_token=***&b=c#d"},
      {"https://h/x?sig=1&api_key=q%2Bq", "https://h/x?sig=***&api_key=***"},
      {"https://hooks.example.com/services/T01/B02/x8Kq2mZpW4vTn7RbLc9YdE3f", "https://hooks.example.com/services/T01/B02/***"},
      {"Bearer abcdefghijk", "Bearer ***"},
      {"Authorization: Bearer abcdefghijk", "Authorization: Bearer ***"},
      {"authorization: plain words", "authorization: ***"},
      {"Authorization: Basic dTpw", "Authorization: Basic ***"},
      {"Basic dXNlcjpwYXNz", "Basic ***"},
      {"X-Api-Key: abc", "X-Api-Key: ***"},
      {R"({"token":"a b","n":1})", R"({"token":"***","n":1})"},
      {R"({\"password\": \"x\"})", R"({\"password\": \"***\"})"},
      {"--token=abc", "--token=***"},
      {"GITHUB_TOKEN=abc DEBUG=1", "GITHUB_TOKEN=*** DEBUG=1"},
      {"Server=db;User=me;Password=hunter2;Timeout=3", "Server=db;User=me;Password=***;Timeout=3"},
      {"sk-abcdefghijklmnopqrstuvwx", "***"},
      {"use ghp_0123456789abcdefghij now", "use *** now"},
      {"--header=xoxb-123456789012-abcdef", "--header=***"},
      {"AKIAIOSFODNN7EXAMPLE", "***"},
      {"123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw", "123456789:***"},
      {"MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs", "***"},
      {"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N", "***"},
      {"Qm9vVGhpc0lzQVJhbmRvbVRva2VuMTIzNDU2Nzg5MA==", "***"},
      {"5f4dcc3b5aa765d61d8327deb882cf99", "***"},
      {"-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----", "***"},
      {"https://***@host", "https://***@host"},
  }));
  CAPTURE(text);
  CHECK(holds_secret(text));
  CHECK(without_secrets(text) == masked);
}

TEST_CASE("words that are no secrets", "[secret]") {
  for (const char* text : {"",
                           "-y",
                           "--token",
                           "--token=",
                           "--token=$TOKEN",
                           "--token=/run/secrets/token",
                           "@modelcontextprotocol/server-filesystem",
                           "/home/me/projects/Some-Long-Directory-Name-2026/and-more",
                           "https://example.org/path?query=abc",
                           "--port=8080",
                           "sk-short",
                           "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
                           "Authorization: Bearer ${credentials.A}",
                           "0123456789abcdef0123456789abcdef01234567",
                           "me@example.com",
                           "mailto:me@example.com",
                           "19:abc@thread.v2",
                           "550e8400-e29b-41d4-a716-446655440000",
                           "ssh://git@example.org/a.git",
                           "node:20-bookworm-slim",
                           "http://proxy.example:3128",
                           "http://[::1]:3128",
                           "a token: two words",
                           "internationalization-of-things-2026",
                           "Basic English is spoken",
                           "getUserAccountSettingsByIdentifier",
                           "https://${credentials.LOGIN}@host/x",
                           "no secret: none",
                           "12345678901234567890123456"}) {
    CAPTURE(text);
    CHECK_FALSE(holds_secret(text));
  }
}

TEST_CASE("an option announces the argument after it", "[secret]") {
  const std::vector<std::string> arguments = {
      "-y",    "server", "--api-key", "abc",        "--token", "$TOKEN", "-u",
      "me:pw", "--user", "me",        "--password", "--quiet", "-H",     "Authorization: Bearer abcdefgh"};
  const auto parts = secret_parts_of_arguments(arguments);
  std::vector<std::string> masked;
  for (std::size_t i = 0; i < arguments.size(); ++i) masked.push_back(with_masks(arguments[i], parts[i]));
  CHECK(masked == std::vector<std::string>{"-y", "server", "--api-key", "***", "--token", "$TOKEN", "-u", "***", "--user", "me",
                                           "--password", "--quiet", "-H", "Authorization: Bearer ***"});
}

TEST_CASE("the secrets of a free-form configuration", "[secret]") {
  const auto config = JsonDocument::parse(
      R"({"url":"https://u:p@h/x","headers":{"X-Plain":"h1","n":7,"on":true},"fields":[{"name":"X-Api-Key","value":"v1"},)"
      R"({"name":"Accept","value":"json"}],"proxy":"http://plain:1","note":"words","token":"${credentials.A}","key":"***",)"
      R"("own":"declared","appKey":"shown"})");
  REQUIRE(config);
  constexpr std::string_view kSecret[] = {"own"}, kOpen[] = {"app_key"};
  CHECK(secret_texts(config->root(), {kSecret, kOpen}) == std::vector<std::string>{"u:p", "h1", "7", "v1", "http://plain:1", "declared"});
}

TEST_CASE("looking for secrets takes linear time", "[secret]") {
  for (const std::string piece :
       {"token=/", "a://", "=a:", "Bearer ", "a=", "\"", "a:b@", "x@", "key: ", "Basic =", ".a", "token:\"", "token=$"}) {
    std::string text;
    while (text.size() < 400'000) text += piece;
    CAPTURE(piece);
    CHECK(secret_parts(text).size() < text.size());  // the limit of the test run is the check
  }
}
