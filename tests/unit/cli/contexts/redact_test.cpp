#include <catch2/catch.hpp>

#include "cli/contexts/yaml.hpp"

using namespace facio;

namespace {

std::string shown(std::string_view yaml) {
  const auto tree = parse_yaml(yaml, "f");
  REQUIRE(tree);
  return yaml_line(*redacted(*tree));
}

}  // namespace

TEST_CASE("anything that looks like a secret is hidden") {
  CHECK(shown("password: x") == "{ password: \"***\" }");
  CHECK(shown("contexts: {a: {Api_Key: x, apikey: [y, z], my_secret: {deep: x}}}") ==
        "{ contexts: { a: { Api_Key: \"***\", apikey: \"***\", my_secret: \"***\" } } }");
  CHECK(shown("a: {token: {value: x, file: /f}}") == "{ a: { token: { value: \"***\", file: /f } } }");
  CHECK(shown("a: {token: x}") == "{ a: { token: \"***\" } }");
  CHECK(shown("a: {token: {exec: [op, --token=x, 'password=y', --format=z, https://u:p@h]}}") ==
        "{ a: { token: { exec: [op, \"--token=***\", \"password=***\", \"--format=z\", \"https://***@h\"] } } }");
  CHECK(shown("url: https://me:x@h.example/p@q") == "{ url: \"https://***@h.example/p@q\" }");
}

TEST_CASE("what is none is shown") {
  for (const char* plain :
       {"{ url: \"https://h.example/a@b\" }", "{ timeout: 10s }", "{ tags: [a, b] }", "{ a: { token: { keyring: facioctl/a, ttl: 5m } } }",
        "{ keyring: x }", "{ key: /k.pem }", "{ protected: true }"})
    CHECK(shown(plain) == plain);
  CHECK(redacted_url("unix:/run/x") == "unix:/run/x");
  CHECK(redacted_url("http://h?x=a@b") == "http://h?x=a@b");
}
