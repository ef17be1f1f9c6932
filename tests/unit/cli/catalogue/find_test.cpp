#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <tuple>

#include "cli/catalogue/other_words.hpp"
#include "cli/catalogue/words.hpp"
#include "cli/core/text.hpp"
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
  CHECK(found("cron", "edit") == "cron.edit");
  CHECK(found("cron", "new") == "cron.create");
  CHECK(found("mcp", "rm") == "mcp.remove");
  CHECK(found("mcp", "create") == "mcp.add");
  CHECK(found("agent", "new") == "agent.new");
  CHECK(found("secrets", "set") == "credentials.set");
}

TEST_CASE("verbs of other tools mean what the area has") {
  CHECK(found("cron", "describe") == "cron.get");
  CHECK(found("context", "describe") == "context.show");
  CHECK(found("context", "get") == "context.show");
  CHECK(found("cron", "enable") == "cron.resume");
  CHECK(found("cron", "disable") == "cron.pause");
  CHECK(found("mcp", "pause") == "mcp.disable");
  CHECK(found("cron", "trigger") == "cron.run-now");
  CHECK(found("peers", "del") == "peers.remove");
  CHECK(found("crons", "list") == "cron.list");
}

TEST_CASE("the verb may come first, where that is no command") {
  const auto words = [](std::string_view first, std::string_view second, std::string_view third = {}) {
    const Words found = find_command(first, second, third);
    return std::tuple(found.endpoint == nullptr ? std::string_view{} : found.endpoint->id, found.used, found.verb_first);
  };
  CHECK(words("get", "cron", "report") == std::tuple("cron.get", 2, true));
  CHECK(words("get", "cron/report") == std::tuple("cron.get", 1, true));
  CHECK(words("get", "cron") == std::tuple("cron.list", 2, true));
  CHECK(words("get", "crons") == std::tuple("cron.list", 2, true));
  CHECK(words("describe", "session/telegram:1") == std::tuple("sessions.get", 1, true));
  CHECK(words("delete", "mcp", "github") == std::tuple("mcp.remove", 2, true));
  CHECK(words("cron", "get", "x") == std::tuple("cron.get", 2, false));
  CHECK(words("delete", "audit") == std::tuple("", 0, false));  // `audit` alone is another command
  CHECK(words("get", "get") == std::tuple("", 0, false));
  CHECK(words("list", "list") == std::tuple("", 0, false));
  CHECK(words("frobnicate", "cron") == std::tuple("", 0, false));
}

TEST_CASE("words of other tools lead to commands of ours") {
  CHECK(meaning_of_other_words("rollout", "undo") == "versions rollback");
  CHECK(meaning_of_other_words("rollout", "status") == "versions rollback");
  CHECK(meaning_of_other_words("config", "use-context") == "context use");
  CHECK(meaning_of_other_words("config", "nothing").empty());
  for (std::string_view rest = kOtherWords; !rest.empty();) {
    std::string_view ours = split_off(rest, '\n');
    const std::string_view typed = split_off(ours, '=');
    CAPTURE(typed, ours);
    const auto blank = typed.find(' ');
    const bool two = blank != std::string_view::npos;
    // Nothing of ours is hidden, and nothing leads nowhere.
    CHECK(found(typed.substr(0, blank), two ? typed.substr(blank + 1) : "") == "");
    CHECK(meaning_of_other_words(typed.substr(0, blank), two ? typed.substr(blank + 1) : "") == ours);
    const auto end = ours.find(' ');
    const Words words = find_command(ours.substr(0, end), end == std::string_view::npos ? std::string_view{} : ours.substr(end + 1));
    CHECK((words.endpoint != nullptr || !words.area.empty()));
    CHECK((end == std::string_view::npos || words.used == 2 || ours.substr(end + 1).starts_with('-')));
  }
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
  REQUIRE(cron.size() == 10);
  CHECK(cron.front()->id == "cron.list");
  CHECK(cron.back()->id == "cron.history");
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
      const std::string_view first = synonym.substr(0, blank);
      const std::string_view second = blank == std::string_view::npos ? std::string_view{} : synonym.substr(blank + 1);
      const Words words = endpoint.is_prefixed() ? find_command(endpoint.system, first, second) : find_command(first, second);
      CHECK(words.endpoint == &endpoint);
    }
}
