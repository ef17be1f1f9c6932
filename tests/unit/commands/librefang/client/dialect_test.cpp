// How versions of LibreFang differ: the language, and that its lines are about what is declared.
#include <catch2/catch.hpp>

#include "cli/catalogue/system.hpp"
#include "cli/catalogue/words.hpp"
#include "cli/core/json.hpp"
#include "cli/core/text.hpp"
#include "commands/librefang/client/dialect.hpp"
#include "commands/librefang/client/system.hpp"
#include "librefang_dialects.hpp"

using namespace facio;
using librefang::Dialect;

namespace {

const Endpoint& endpoint(std::string_view id) {
  const Endpoint* found = find_endpoint(id);
  REQUIRE(found != nullptr);
  return *found;
}

Request request(std::string_view id, std::string target, std::string body = {}) {
  Request one{.endpoint = &endpoint(id), .method = "POST", .target = std::move(target), .body = std::move(body)};
  one.has_body = !one.body.empty();
  return one;
}

std::string read(std::string_view lines, std::string_view id, std::string_view item) { return Dialect(lines, id).item(item); }

}  // namespace

TEST_CASE("librefang: every list has its items in one place") {
  const Request list = request("librefang.agents.list", "/api/agents");
  const Dialect dialect("agents.list items agents\nagents.list case state\n", "agents.list");
  for (const char* body : {R"([{"id":"1","state":"Running"}])", R"({"agents":[{"id":"1","state":"running"}]})",
                           R"({"items":[{"id":"1","state":"Running"}],"total":1,"offset":0})"}) {
    const auto read = JsonDocument::parse(dialect.understood(list, body));
    REQUIRE(read);
    CHECK(read->root().get("items").dump() == R"([{"id":"1","state":"running"}])");
    CHECK(read->root().get("hasMore").dump() == "false");
  }
  CHECK(dialect.understood(list, "no json") == "no json");
  CHECK(dialect.understood(list, "").empty());
}

TEST_CASE("librefang: whether another page follows is told by the total") {
  const Dialect dialect("", "agents.list");
  const std::string body = R"({"items":[1,2],"total":5})";
  CHECK(dialect.understood(request("librefang.agents.list", "/api/agents?limit=2"), body).find(R"("hasMore":true)") != std::string::npos);
  CHECK(dialect.understood(request("librefang.agents.list", "/api/agents?limit=2&offset=3"), body).find(R"("hasMore":false)") !=
        std::string::npos);
}

TEST_CASE("librefang: members of other versions are read under the declared names") {
  CHECK(read("a.b read name=id env=key.env\n", "a.b", R"({"id":"x","key":{"env":"E","n":1}})") ==
        R"({"key":{"n":1},"name":"x","env":"E"})");
  // What is there already stays, and so does what is of another kind.
  CHECK(read("a.b read name=id\n", "a.b", R"({"name":"n","id":"x"})") == R"({"name":"n","id":"x"})");
  CHECK(read("a.b read name=id\n", "a.b", R"({"name":null,"id":"x"})") == R"({"name":"x"})");
  CHECK(read("a.b read name=id\n", "a.b", "[1]") == "[1]");
  CHECK(read("a.b case kind\n", "a.b", R"({"kind":"AgentSpawned"})") == R"({"kind":"agent_spawned"})");
  CHECK(read("a.b names name\n", "a.b", R"("shell")") == R"({"name":"shell"})");
  // The lines of another endpoint whose id only begins alike.
  CHECK(read("a.bc read name=id\n", "a.b", R"({"id":"x"})") == R"({"id":"x"})");
}

TEST_CASE("librefang: a map in the place of a list") {
  const Dialect dialect("agents.list pairs id name\nagents.list items map\n", "agents.list");
  const auto read =
      JsonDocument::parse(dialect.understood(request("librefang.agents.list", "/api/agents"), R"({"map":{"a":"b","c":"d"}})"));
  REQUIRE(read);
  CHECK(read->root().get("items").dump() == R"([{"id":"a","name":"b"},{"id":"c","name":"d"}])");
}

TEST_CASE("librefang: a request has the names of all versions") {
  const Dialect dialect("x send key=api_key to.agent=agent\nx const kind=turn to.kind=one\nx drop note\nx query confirm=true n=@limit\n",
                        "x");
  const auto sent = dialect.sent(request("librefang.agents.create", "/api/x?limit=5", R"({"api_key":"k","agent":"a","note":1})"), false);
  REQUIRE(sent);
  CHECK(sent->target == "/api/x?limit=5&confirm=true&n=5");
  CHECK(sent->body == R"({"api_key":"k","agent":"a","key":"k","to":{"agent":"a","kind":"one"},"kind":"turn"})");
  const auto without = dialect.sent(request("librefang.agents.create", "/api/x"), false);
  REQUIRE(without);
  CHECK(without->target == "/api/x?confirm=true");
  // Lines for released daemons alone are of the second pass.
  const Dialect real("x real-send name=source\nx real-drop source\n", "x");
  CHECK(real.asks_for_version());
  const Request install = request("librefang.agents.create", "/api/x", R"({"source":"s"})");
  CHECK(real.sent(install, false)->body == R"({"source":"s"})");
  CHECK(real.sent(install, true)->body == R"({"name":"s"})");
}

TEST_CASE("librefang: another route takes the values of the path") {
  const Dialect dialect("agents.get instead PATCH /api/agents/{id}/more\n", "agents.get");
  const auto other = dialect.instead(request("librefang.agents.get", "/api/agents/a%2Fb?x=1"), false);
  REQUIRE(other);
  CHECK(other->method == "PATCH");
  CHECK(other->target == "/api/agents/a%2Fb/more?x=1");
  CHECK_FALSE(Dialect("", "agents.get").instead(request("librefang.agents.get", "/api/agents/x"), false));
}

TEST_CASE("librefang: the lines are about endpoints that there are") {
  std::string_view lines = embedded::kDialects;
  while (!lines.empty()) {
    std::string_view line = split_off(lines, '\n');
    if (line.empty() || line.starts_with('#')) continue;
    INFO(line);
    const std::string id = "librefang." + std::string(split_off(line, ' '));
    const Endpoint* known = find_endpoint(id);
    REQUIRE(known != nullptr);
    std::string_view what = split_off(line, ' ');
    if (what.starts_with("real-")) what.remove_prefix(5);
    const std::string kinds =
        " send const drop needs query when title empty word agent move self home slashes ignores shadowed takes instead gone "
        "exists listed known holds repair failed fails each-fails echoes only items names pairs read copy lift beside flat pick "
        "cases join one where says case ";
    CHECK(kinds.find(" " + std::string(what) + " ") != std::string::npos);
    if (what == "gone") CHECK(find_command("librefang", split_off(line, ' '), line).endpoint != nullptr);
  }
}
