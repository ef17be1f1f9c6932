// What a version holds in place of the secrets in mcp.json, and what a rollback makes of it.
#include "commands/facio/versions/server/sealed_values.hpp"

#include "tests/unit/commands/facio/credentials/server/world.hpp"

using namespace facio;
using namespace facio::test;

namespace {

struct Sealing : World {
  serve::SealedValues values{base};

  std::string hidden(std::string_view text) { return good(values.hidden("main", text)); }
  std::string revealed(std::string_view text) { return good(values.revealed("main", text)); }
  std::size_t kept() { return good(store->documents().list("main", "version_secret")).size(); }
};

constexpr std::string_view kFile = R"({
  "servers": {
    "a": {"url": "https://u:pw1-sesame@h/mcp?token=q1-sesame", "headers": {"Authorization": "Bearer hd1-sesame", "X": "${credentials.K}"}},
    "b": {"command": "srv", "args": ["-y", "--api-key", "ar1-sesame", "--token=ar2-sesame", "plain"],
          "env": {"MODE": "en1-sesame", "EMPTY": ""},
          "oauth": {"clientSecret": "oa1-sesame", "scope": "read"}, "toolTimeout": 30}
  },
  "note": "words"
})";

}  // namespace

TEST_CASE("a version names the secrets of mcp.json, and keeps everything else to the letter", "[versions]") {
  Sealing world;
  const std::string hidden = world.hidden(kFile);
  for (const char* secret : {"pw1-sesame", "q1-sesame", "hd1-sesame", "ar1-sesame", "ar2-sesame", "en1-sesame", "oa1-sesame"}) {
    CAPTURE(secret, hidden);
    CHECK(hidden.find(secret) == std::string::npos);
  }
  for (const char* kept : {"${credentials.K}", R"("plain")", R"("--api-key")", R"("EMPTY": "")", R"("scope": "read")", "\"words\"\n}"})
    CHECK(hidden.find(kept) != std::string::npos);
  CHECK(JsonDocument::parse(hidden));
  CHECK(world.revealed(hidden) == kFile);
  for (const store::Document& document : good(world.store->documents().list("main", "version_secret")))
    for (const char* secret : {"pw1-sesame", "hd1-sesame", "ar1-sesame", "en1-sesame"})
      CHECK(document.json.find(secret) == std::string::npos);
}

TEST_CASE("the same secret has the same name, and a changed one another", "[versions]") {
  Sealing world;
  const std::string one = world.hidden(R"({"servers":{"a":{"headers":{"X":"first"}}}})");
  const auto kept = world.kept();
  CHECK(world.hidden(R"({"servers":{"a":{"headers":{"X":"first"}}}})") == one);
  CHECK(world.kept() == kept);
  const std::string other = world.hidden(R"({"servers":{"a":{"headers":{"X":"second"}}}})");
  CHECK(other != one);
  CHECK(world.revealed(one) == R"({"servers":{"a":{"headers":{"X":"first"}}}})");
  CHECK(world.revealed(other) == R"({"servers":{"a":{"headers":{"X":"second"}}}})");
}

TEST_CASE("what is no JSON is kept as a whole, and what only looks like a name is no name", "[versions]") {
  Sealing world;
  const std::string hidden = world.hidden("{\"servers\": broken SECRET");
  CHECK(hidden.find("SECRET") == std::string::npos);
  CHECK(world.revealed(hidden) == "{\"servers\": broken SECRET");
  CHECK(world.hidden("").empty());
  const std::string odd = R"({"note":"${sealed.0123456789ab}"})";  // somebody typed it
  CHECK(world.hidden(odd) != odd);
  CHECK(world.revealed(world.hidden(odd)) == odd);
  CHECK(code_of(world.values.revealed("main", odd)) == Code::rejected);  // the store has no such value
}
