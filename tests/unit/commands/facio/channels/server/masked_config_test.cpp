// Channel configurations: which members are secrets, and what a mask that comes back stands for.
#include "commands/facio/channels/server/service.hpp"
#include "commands/facio/channels/server/masked_config.hpp"
#include "commands/facio/credentials/rules.hpp"
#include "commands/facio/runtime/pending_restart.hpp"
#include "tests/unit/commands/facio/credentials/server/world.hpp"

using namespace facio;
using namespace facio::test;

namespace {

struct Channels : World {
  ChannelsService service{base};

  Result<ChannelSaved> put(const std::string& config, std::string_view name = "one") {
    const auto document = good(JsonDocument::parse(config));
    return change<ChannelSaved>([&](auto& tx) { return service.put(tx, "main", name, document.root()); });
  }
  /// What is shown after storing.
  std::string shown(const std::string& config) { return good(put(config)).config.text; }
  /// What the channel itself gets.
  std::string real() { return std::string(good(service.revealed("main", "one")).reveal()); }
};

}  // namespace

TEST_CASE("names of secrets", "[channels]") {
  for (const char* name : {"token", "apiKey", "BOT_TOKEN", "clientSecret", "imapPassword", "key", "KEY"})
    CHECK(credentials::is_secret_name(name));
  for (const char* name : {"", "tokens", "keyring", "passwords", "user", "allowFrom", "ey"}) CHECK_FALSE(credentials::is_secret_name(name));
}

TEST_CASE("secrets are masked at any depth and come back for the channel", "[channels]") {
  Channels world;
  const std::string config =
      R"({"enabled":true,"token":"t1","list":[{"name":"a","apiKey":"k1"},{"name":"b","apiKey":"k2"}],"key":{"id":"x","n":7,"on":true},)"
      R"("password":"","appSecret":"${credentials.A}","otherKey":"Bearer ${credentials.A}","tokens":["plain"]})";
  CHECK(world.shown(config) ==
        R"({"enabled":true,"token":"***","list":[{"name":"a","apiKey":"***"},{"name":"b","apiKey":"***"}],"key":{"id":"***","n":"***",)"
        R"("on":true},"password":"","appSecret":"${credentials.A}","otherKey":"***","tokens":["plain"]})");
  CHECK(world.real() == config);
  for (const store::Document& document : good(world.store->documents().list("main", "channel")))
    for (const char* secret : {"t1", "k1", "k2"}) CHECK(document.json.find("\"" + std::string(secret) + "\"") == std::string::npos);
  CHECK(world.pending_restart.reasons().empty());
  world.service.changed("one");
  CHECK(world.pending_restart.reasons() == std::vector<std::string>{"channel one"});
}

TEST_CASE("what was shown can be given back", "[channels]") {
  Channels world;
  const std::string config =
      R"({"a/b":{"~token":"t"},"list":[["x",{"secret":"s"}],{"key":["k1","k2",3]}],"n":1.50,"big":12345678901234567,"u":"ä"})";
  const std::string shown = world.shown(config);
  const std::string before = world.real();
  CHECK(world.shown(shown) == shown);
  CHECK(world.real() == before);
}

TEST_CASE("a mask keeps its value through changes around it", "[channels]") {
  Channels world;
  good(world.put(R"({"token":"t","list":[{"id":1,"h":"a","key":"k1"},{"id":2,"h":"b","key":"k2"},{"id":3,"h":"c","key":"k3"}]})"));
  const auto [given, real] = GENERATE(table<std::string, std::string>({
      // another order, by id
      {R"({"list":[{"id":3,"h":"c","key":"***"},{"id":1,"h":"changed","key":"***"}],"token":"***"})",
       R"({"list":[{"id":3,"h":"c","key":"k3"},{"id":1,"h":"changed","key":"k1"}],"token":"t"})"},
      // one more, with its own
      {R"({"list":[{"id":9,"h":"z","key":"new"},{"id":2,"h":"b","key":"***"}]})",
       R"({"list":[{"id":9,"h":"z","key":"new"},{"id":2,"h":"b","key":"k2"}]})"},
      // replaced and emptied
      {R"({"token":"other","list":[{"id":2,"h":"b","key":""}]})", R"({"token":"other","list":[{"id":2,"h":"b","key":""}]})"},
  }));
  good(world.put(given));
  CHECK(world.real() == real);
}

TEST_CASE("elements without a name are told apart by what else they hold", "[channels]") {
  Channels world;
  good(world.put(R"({"list":[{"host":"a","key":"k1"},{"host":"b","key":"k2"}],"key":["x","y"]})"));
  good(world.put(R"({"list":[{"host":"b","key":"***"}],"key":["***","***"]})"));
  CHECK(world.real() == R"({"list":[{"host":"b","key":"k2"}],"key":["x","y"]})");
  good(world.put(R"({"list":[{"host":"changed","key":"***"}],"key":["***","new"]})"));  // as many as before: by its place
  CHECK(world.real() == R"({"list":[{"host":"changed","key":"k2"}],"key":["x","new"]})");
}

TEST_CASE("a mask that stands for nothing is refused, and nothing changes", "[channels]") {
  Channels world;
  good(world.put(R"({"token":"t","list":[{"host":"a","key":"k1"},{"host":"b","key":"k2"}],"key":["x","y"],"plain":"***"})"));
  const std::string before = world.real();
  const auto [given, field] = GENERATE(table<std::string, std::string>({
      {R"({"otherToken":"***"})", "otherToken"},
      {R"({"deep":{"token":"***"}})", "deep.token"},
      {R"({"list":[{"host":"c","key":"***"}]})", "list[0].key"},
      {R"({"list":[{"host":"b","key":"***"},{"host":"c","key":"***"}]})", "list[1].key"},
      {R"({"key":["***"]})", "key[0]"},
      {R"({"list":{"key":"***"}})", "list.key"},
  }));
  const auto refused = world.put(given);
  REQUIRE(code_of(refused) == Code::rejected);
  CHECK(refused.error().field() == field);
  CHECK(world.real() == before);
}

TEST_CASE("channels come and go", "[channels]") {
  Channels world;
  CHECK(world.shown("{}") == "{}");
  good(world.put(R"({"token":"t"})", "two"));
  CHECK(good(world.service.list("main")).channels.size() == 2);
  CHECK(good(world.service.list("other")).channels.empty());
  good(world.change<ChannelDeleted>([&](auto& tx) { return world.service.remove(tx, "main", "two"); }));
  CHECK(code_of(world.service.get("main", "two")) == Code::not_found);
  CHECK(code_of(world.put(R"({"token":"***"})", "two")) == Code::rejected);  // gone with its secrets
  CHECK(world.messages() == std::vector<std::string>{"stored one", "stored two", "deleted two"});
}
