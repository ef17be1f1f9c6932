// What looks like a secret among the arguments of a program.
#include <catch2/catch.hpp>

#include "commands/facio/credentials/rules.hpp"

using facio::credentials::looks_like_secret;

TEST_CASE("secrets among arguments", "[credentials]") {
  for (const char* text :
       {"ghp_0123456789abcdefghij", "--token=abc", "--api-key=abc", "GITHUB_TOKEN=abc", "AKIAIOSFODNN7EXAMPLE",
        "Authorization: Bearer abcdefghijk", "Qm9vVGhpc0lzQVJhbmRvbVRva2VuMTIzNDU2Nzg5MA", "--header=xoxb-123456789012-abcdef"})
    CHECK(looks_like_secret(text));
  for (const char* text : {"", "-y", "--token", "--token=", "--token=$TOKEN", "--token=/run/secrets/token",
                           "@modelcontextprotocol/server-filesystem", "/home/me/projects/Some-Long-Directory-Name-2026/and-more",
                           "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "https://example.org/path?query=abc",
                           "--port=8080", "sk-short", "Authorization: Bearer ${credentials.A}", "0123456789abcdef0123456789abcdef01234567"})
    CHECK_FALSE(looks_like_secret(text));
}
