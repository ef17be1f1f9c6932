// Credentials: what is kept, resolved and exposed, and until when.
#include "commands/facio/credentials/rules.hpp"
#include "commands/facio/credentials/server/service.hpp"
#include "tests/unit/commands/facio/credentials/server/world.hpp"

using namespace facio;
using namespace facio::test;

namespace {

struct Credentials : World {
  CredentialsService service{base};

  Result<Credential> put(std::string_view key, const std::string& value) {
    return change<Credential>([&](auto& tx) { return service.put(tx, "main", key, Secret(value)); });
  }
  Result<Credential> create(const std::string& key, const std::string& value, bool exposed = false) {
    return change<Credential>([&](auto& tx) { return service.create(tx, "main", {key, Secret(value), exposed}); });
  }
  Result<Credential> expose(std::string_view key, CredentialExposed body) {
    auto made = change<Credential>([&](auto& tx) { return service.expose(tx, "main", key, body); });
    if (made) service.changed("main", *made);
    return made;
  }
  std::string resolve(std::string_view text) { return std::string(good(service.resolve("main", text)).reveal()); }
  std::size_t exposed() { return good(service.exposed("main")).size(); }
};

}  // namespace

TEST_CASE("placeholders in a text", "[credentials]") {
  using credentials::is_placeholder;
  using credentials::next_placeholder;
  CHECK(is_placeholder("${credentials.API_KEY}"));
  for (const char* other : {"", "${credentials.}", "${credentials.1A}", "${credentials.A B}", "${credentials.A", "x${credentials.A}",
                            "${credentials.A} ", "$credentials.A", "${credential.A}", "${credentials.A}${credentials.B}"})
    CHECK_FALSE(is_placeholder(other));
  const auto second = next_placeholder("${credentials.?} ${credentials.B}");
  REQUIRE(second);
  CHECK(second->key == "B");
  CHECK(second->begin == 17);
  CHECK_FALSE(next_placeholder("${credentials.B}", 1));
}

TEST_CASE("a text is resolved with all its placeholders", "[credentials]") {
  Credentials world;
  good(world.put("A", "first"));
  good(world.put("B", "${credentials.A}"));
  CHECK(world.resolve("") == "");
  CHECK(world.resolve("plain $ {} ${credentials.} text") == "plain $ {} ${credentials.} text");
  CHECK(world.resolve("Bearer ${credentials.A}") == "Bearer first");
  CHECK(world.resolve("${credentials.A}${credentials.A}:x") == "firstfirst:x");
  CHECK(world.resolve("${credentials.B}") == "${credentials.A}");  // a value is no text to resolve
  const auto missing = world.service.resolve("main", "${credentials.A} ${credentials.NOT_THERE}");
  REQUIRE(code_of(missing) == Code::not_found);
  CHECK(missing.error().field() == "NOT_THERE");
  CHECK(code_of(world.service.resolve("other", "${credentials.A}")) == Code::not_found);
}

TEST_CASE("create, put, remove", "[credentials]") {
  Credentials world;
  CHECK(good(world.create("A", "one", true)).exposed);
  CHECK(code_of(world.create("A", "two")) == Code::conflict);
  CHECK(world.resolve("${credentials.A}") == "one");
  CHECK(good(world.put("A", "two")).exposed);
  CHECK(world.resolve("${credentials.A}") == "two");
  CHECK(code_of(world.create("providers", "x")) == Code::rejected);
  CHECK(code_of(world.put("providers", "x")) == Code::rejected);
  CHECK(code_of(world.create("B", "")) == Code::rejected);
  CHECK(code_of(world.put("B", std::string("a\0b", 3))) == Code::rejected);
  CHECK(code_of(world.service.get("main", "B")) == Code::not_found);
  CHECK(good(world.service.list("main")).items.size() == 1);
  CHECK(good(world.service.list("other")).items.empty());
  good(world.change<CredentialDeleted>([&](auto& tx) { return world.service.remove(tx, "main", "A"); }));
  CHECK(code_of(world.service.get("main", "A")) == Code::not_found);
  CHECK(world.messages() == std::vector<std::string>{"created A", "replaced A", "deleted A"});
}

TEST_CASE("no value is in the store", "[credentials]") {
  Credentials world;
  good(world.put("A", "sesame-open"));
  for (const store::Document& document : good(world.store->documents().list("main", "credential")))
    CHECK(document.json.find("sesame") == std::string::npos);
}

TEST_CASE("exposed for a while", "[credentials]") {
  Credentials world;
  good(world.put("A", "one"));
  CHECK(world.exposed() == 0);
  const Credential shown = good(world.expose("A", {true, 60}));
  CHECK(shown.exposed);
  CHECK(shown.exposed_until == "2027-01-15T08:01:00.000Z");
  CHECK(good(world.service.exposed("main")).at("A").reveal() == "one");
  CHECK(good(world.service.unexpose_expired()) == 0);
  world.clock.now += 59'999;
  CHECK(world.exposed() == 1);
  world.clock.now += 1;
  CHECK(world.exposed() == 0);  // before anybody has taken it back
  CHECK_FALSE(good(world.service.get("main", "A")).exposed);
  CHECK(good(world.service.unexpose_expired()) == 1);
  CHECK(good(world.service.unexpose_expired()) == 0);
  CHECK(world.messages().back() == "unexposed A: its time was up");
  world.clock.now -= 60'000;  // somebody sets the clock back
  CHECK(world.exposed() == 0);
}

TEST_CASE("a later word about exposure wins", "[credentials]") {
  Credentials world;
  good(world.put("A", "one"));
  good(world.expose("A", {true, 60}));
  CHECK_FALSE(good(world.expose("A", {true, {}})).exposed_until);
  world.clock.now += 120'000;
  CHECK(good(world.service.unexpose_expired()) == 0);
  CHECK(world.exposed() == 1);
  CHECK_FALSE(good(world.expose("A", {false, {}})).exposed);
  CHECK(code_of(world.expose("A", {false, 60})) == Code::rejected);
  CHECK(code_of(world.expose("A", {{}, 60})) == Code::rejected);
  CHECK(code_of(world.expose("B", {true, {}})) == Code::not_found);
}

TEST_CASE("a new value keeps the deadline, and a later start keeps it too", "[credentials]") {
  Credentials world;
  for (const char* key : {"A", "B"}) good(world.put(key, "one"));
  good(world.expose("A", {true, 60}));
  good(world.expose("B", {true, 600}));
  CHECK(good(world.put("A", "two")).exposed_until);
  world.clock.now += 61'000;
  CredentialsService again(world.base);
  const std::string_view agents[] = {"main"};
  REQUIRE(again.start(agents));
  CHECK(good(again.exposed("main")).size() == 1);
  CHECK(world.messages().back() == "unexposed A: its time was up");
}

TEST_CASE("the time that passes ends an exposure as well as the clock", "[credentials]") {
  Credentials world;
  good(world.put("A", "one"));
  good(world.expose("A", {true, 60}));
  world.clock.now -= 3'600'000;  // set back, while a minute passes
  world.clock.elapsed += 59'999;
  CHECK(world.exposed() == 1);
  world.clock.elapsed += 1;
  CHECK(world.exposed() == 0);
  CHECK(good(world.service.unexpose_expired()) == 1);
}

TEST_CASE("neither a restart nor a clock that was set back lengthens an exposure", "[credentials]") {
  Credentials world;
  const std::string_view agents[] = {"main"};
  good(world.put("A", "one"));
  good(world.expose("A", {true, 60}));
  world.clock.elapsed += 40'000;
  world.clock.now -= 3'600'000;
  {
    CredentialsService again(world.base);  // the same start of the machine: what has passed is known
    REQUIRE(again.start(agents));
    CHECK(good(again.exposed("main")).size() == 1);
    world.clock.elapsed += 20'000;
    CHECK(good(again.exposed("main")).empty());
  }
  world.clock.now += 3'600'000;
  good(world.expose("A", {true, 60}));
  const std::string kept = good(world.store->documents().get("main", "credential", "A")).value();
  std::string of_before = kept;
  const std::size_t at = of_before.find(serve::boot_id());
  REQUIRE(at != std::string::npos);
  of_before.replace(at, serve::boot_id().size(), "another-start");
  REQUIRE(world.store->run([&](store::Transaction& tx) { return tx.save_document("main", "credential", "A", of_before); }));
  world.clock.now -= 1'000;  // less than nothing has passed: more would be left than was granted
  CredentialsService later(world.base);
  REQUIRE(later.start(agents));
  CHECK(good(later.exposed("main")).empty());
  CHECK(world.messages().back() == "unexposed A: its time was up");
}
