#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "cli/catalogue/words.hpp"
#include "tests/unit/every_endpoint.hpp"

using namespace facio;

namespace {

std::string_view found(std::string_view first, std::string_view second) {
  const Words words = find_command(first, second);
  return words.endpoint == nullptr ? std::string_view{} : words.endpoint->id;
}

}  // namespace

TEST_CASE("every id finds its own endpoint, and so do its words") {
  REQUIRE(all_endpoints().size() > 80);
  for (const Endpoint& endpoint : every_endpoint()) {
    CAPTURE(endpoint.id);
    CHECK(find_endpoint(endpoint.id) == &endpoint);
    std::vector<std::string_view> words;
    for (std::string_view rest = endpoint.id; !rest.empty(); rest.remove_prefix(std::min(rest.size(), words.back().size() + 1)))
      words.push_back(rest.substr(0, rest.find('.')));
    const int count = static_cast<int>(words.size());
    words.resize(3);
    const Words found = find_command(words[0], words[1], words[2]);
    CHECK(found.endpoint == &endpoint);
    CHECK(found.used == count);
    CHECK(found.system == system_of(endpoint));
    CHECK(&catalogue_of(endpoint) == (found.system == nullptr ? &local_commands() : &found.system->catalogue()));
  }
}

TEST_CASE("an id is declared once, in whichever catalogue") {
  std::set<std::string_view> ids;
  for (const Endpoint& endpoint : every_endpoint()) CHECK(ids.insert(endpoint.id).second);
  for (const System* system : systems()) {
    CAPTURE(system->name);
    CHECK(system->catalogue().prefixed() == (system != &default_system()));
    CHECK_FALSE(system->title.empty());
    // A system's name would hide such a word.
    for (const Catalogue* one : {&default_system().catalogue(), &local_commands()}) {
      CHECK_FALSE(one->has_area(system->name));
      CHECK(one->find(system->name, {}) == nullptr);
    }
  }
}

TEST_CASE("a system's words come behind its name, or without it where a context is of its kind") {
  const System& placet = *find_system("placet");
  CHECK(find_command("placet", "whoami").endpoint->id == "placet.whoami");
  CHECK(find_command("whoami", "").endpoint == nullptr);
  const Words own = find_command("whoami", "", "", &placet);
  REQUIRE(own.endpoint != nullptr);
  CHECK(own.endpoint->id == "placet.whoami");
  CHECK(own.used == 1);
  CHECK(own.system == &placet);
  // It passes the words of the default system on: these keep their meaning.
  CHECK(find_command("usage", "", "", &placet).endpoint->id == "usage.get");
  CHECK(find_command("placet", "usage", "", &placet).endpoint->id == "placet.usage");
  CHECK(find_command("cron", "list", "", &placet).endpoint->id == "cron.list");
  CHECK(find_command("facio", "cron", "list").endpoint->id == "cron.list");
  CHECK(find_command("facio", "cron", "list").used == 3);
  CHECK(find_command("facio", "context", "list").endpoint == nullptr);
  CHECK(find_command("placet", "cron", "list").endpoint == nullptr);
  CHECK(find_command("placet", "", "").used == 1);
}

TEST_CASE("what is no id finds nothing") {
  for (const std::string_view id : {"", ".", "cron", "cron.", "cron.lis", "cron.listt", ".list", "zzz.list", "CRON.LIST"}) {
    CAPTURE(id);
    CHECK(find_endpoint(id) == nullptr);
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
  const auto cron = default_system().catalogue().of_area("cron");
  REQUIRE(cron.size() == 8);
  CHECK(cron.front()->id == "cron.list");
  CHECK(cron.back()->id == "cron.resume");
  CHECK(default_system().catalogue().of_area("nothing").empty());
}

TEST_CASE("every area has a title and endpoints") {
  for (const Catalogue* one : all_catalogues())
    for (const Area& area : one->areas()) {
      CAPTURE(area.name);
      CHECK(!area.title.empty());
      CHECK(!one->of_area(area.name).empty());
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
