#include <algorithm>
#include <catch2/catch.hpp>

#include "cli/catalogue/catalogue.hpp"
#include "tests/unit/every_endpoint.hpp"

using namespace facio;

namespace {

std::string_view found(std::string_view first, std::string_view second) {
  const Words words = find_command(first, second);
  return words.endpoint == nullptr ? std::string_view{} : words.endpoint->id;
}

}  // namespace

TEST_CASE("every id finds its own endpoint") {
  REQUIRE(catalogue().size() > 80);
  for (const Endpoint& endpoint : every_endpoint()) {
    CAPTURE(endpoint.id);
    CHECK(catalogue().find(endpoint.id) == &endpoint);
    const Words words = find_command(endpoint.area(), endpoint.verb());
    CHECK(words.endpoint == &endpoint);
    CHECK(words.used == (endpoint.verb().empty() ? 1 : 2));
  }
}

TEST_CASE("what is no id finds nothing") {
  for (const std::string_view id : {"", ".", "cron", "cron.", "cron.lis", "cron.listt", ".list", "zzz.list", "CRON.LIST"}) {
    CAPTURE(id);
    CHECK(catalogue().find(id) == nullptr);
  }
}

TEST_CASE("two words find a command, also by its synonyms") {
  CHECK(found("cron", "list") == "cron.list");
  CHECK(found("cron", "run") == "cron.run-now");
  CHECK(found("cron", "ls") == "cron.list");
  CHECK(found("cron", "show") == "cron.get");
  CHECK(found("cron", "rm") == "cron.delete");
  CHECK(found("cron", "edit") == "cron.update");
  CHECK(found("cron", "new") == "cron.create");
  CHECK(found("mcp", "rm") == "mcp.remove");
  CHECK(found("mcp", "create") == "mcp.add");
  CHECK(found("agent", "new") == "agent.new");
  CHECK(found("secrets", "set") == "credentials.set");
}

TEST_CASE("an area is found without its final s") {
  CHECK(found("session", "list") == "sessions.list");
  CHECK(found("credential", "rm") == "credentials.delete");
  CHECK(found("version", "list") == "versions.list");
}

TEST_CASE("one word finds a top-level command or the area's default") {
  const Words version = find_command("version", "");
  REQUIRE(version.endpoint != nullptr);
  CHECK(version.endpoint->id == "version");
  CHECK(version.area.empty());  // so that `version --help` is about the command, not about the area versions
  const Words usage = find_command("usage", "--by");
  REQUIRE(usage.endpoint != nullptr);
  CHECK(usage.endpoint->id == "usage.get");
  CHECK(usage.used == 1);
  CHECK(found("health", "") == "health.get");
}

TEST_CASE("an area with an unknown verb is still known") {
  const Words words = find_command("cron", "lisst");
  CHECK(words.endpoint == nullptr);
  CHECK(words.area == "cron");
  CHECK(words.used == 1);
  CHECK(find_command("crn", "list").area.empty());
  CHECK(find_command("", "").used == 0);
  CHECK(find_command("cron.list", "").endpoint == nullptr);
}

TEST_CASE("the endpoints of an area come in order of declaration") {
  const auto cron = catalogue().of_area("cron");
  REQUIRE(cron.size() == 8);
  CHECK(cron.front()->id == "cron.list");
  CHECK(cron.back()->id == "cron.resume");
  CHECK(catalogue().of_area("nothing").empty());
}

TEST_CASE("every area has a title and endpoints") {
  for (const Area& area : catalogue().areas()) {
    CAPTURE(area.name);
    CHECK(!area.title.empty());
    CHECK(!catalogue().of_area(area.name).empty());
  }
}

TEST_CASE("no general verb hides a declared command of the same area") {
  for (const Endpoint& endpoint : every_endpoint())
    for (const std::string_view synonym : endpoint.synonyms) {
      CAPTURE(endpoint.id, synonym);
      const auto blank = synonym.find(' ');
      CHECK(found(synonym.substr(0, blank), blank == std::string_view::npos ? std::string_view{} : synonym.substr(blank + 1)) ==
            endpoint.id);
    }
}
