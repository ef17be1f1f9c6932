// Channel configurations: which members are secrets, and what a mask that comes back stands for.
#include "commands/facio/channels/server/service.hpp"
#include "commands/facio/credentials/server/masked_config.hpp"
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

TEST_CASE("secrets are masked at any depth and come back for the channel", "[channels]") {
  Channels world;
  const std::string config =
      R"({"enabled":true,"token":"t1","list":[{"name":"a","apiKey":"k1"},{"name":"b","apiKey":"k2"}],"key":{"id":"x","n":7,"on":true},)"
      R"("password":"","appSecret":"${credentials.A}","otherKey":"Bearer ${credentials.A}","tokens":["plain"]})";
  CHECK(world.shown(config) ==
        R"({"enabled":true,"token":"***","list":[{"name":"a","apiKey":"***"},{"name":"b","apiKey":"***"}],"key":{"id":"***","n":"***",)"
        R"("on":true},"password":"","appSecret":"${credentials.A}","otherKey":"***","tokens":["***"]})");
  CHECK(world.real() == config);
  for (const store::Document& document : good(world.store->documents().list("main", "channel")))
    for (const char* secret : {"t1", "k1", "k2"}) CHECK(document.json.find("\"" + std::string(secret) + "\"") == std::string::npos);
  CHECK(world.pending_restart.reasons().empty());
  world.service.changed("main", "one");
  CHECK(world.pending_restart.reasons() == std::vector<std::string>{"channel one"});
}

TEST_CASE("what a configuration holds beside keys: headers, addresses, cookies, proxies, pairs and chance", "[channels]") {
  Channels world;
  const std::string config =
      R"({"type":"webhook","url":"https://u:pw1@hooks.example/a?sig=s1&x=1","headers":{"X-Plain":"h1","X-Count":7},"cookies":{"sid":"c1"},)"
      R"("proxy":"http://me:pw2@proxy:3128","fields":[{"key":"X-Api-Key","value":"v1"},{"name":"Accept","value":"json"}],)"
      R"("nested":{"blob":"use ghp_0123456789abcdefghij now","words":"nothing to hide"},"allowFrom":["5f4dcc3b5aa765d61d8327deb882cf99"]})";
  const std::string shown = world.shown(config);
  CHECK(shown == R"({"type":"webhook","url":"https://***@hooks.example/a?sig=***&x=1","headers":{"X-Plain":"***","X-Count":"***"},)"
                 R"("cookies":{"sid":"***"},"proxy":"***","fields":[{"key":"***","value":"***"},{"name":"Accept","value":"json"}],)"
                 R"("nested":{"blob":"use *** now","words":"nothing to hide"},"allowFrom":["5f4dcc3b5aa765d61d8327deb882cf99"]})");
  CHECK(world.real() == config);
  CHECK(world.shown(shown) == shown);
  CHECK(world.real() == config);
  for (const store::Document& document : good(world.store->documents().list("main", "channel")))
    for (const char* secret : {":pw1@", "\"h1\"", "\"c1\"", ":pw2@", "\"v1\"", "ghp_0123"})
      CHECK(document.json.find(secret) == std::string::npos);
}

TEST_CASE("a masked address keeps its user information only as it was shown", "[channels]") {
  Channels world;
  good(world.put(R"({"url":"https://u:pw@hooks.example/a"})"));
  const auto given = GENERATE(R"({"url":"https://***@evil.example/a"})", R"({"other":"https://***@hooks.example/a"})");
  CHECK(code_of(world.put(given)) == Code::rejected);
  CHECK(world.real() == R"({"url":"https://u:pw@hooks.example/a"})");
}

TEST_CASE("what an earlier version stored in clear is sealed at start", "[channels]") {
  Channels world;
  const Status stored = world.store->run([](store::Transaction& tx) {
    return tx.save_document("main", "channel", "one", R"({"config":{"headers":{"X":"clear1"},"url":"https://u:clear2@h"},"sealed":{}})");
  });
  REQUIRE(stored);
  REQUIRE(world.service.seal_what_is_clear("main"));
  CHECK(good(world.service.get("main", "one")).config.text == R"({"headers":{"X":"***"},"url":"https://***@h"})");
  CHECK(world.real() == R"({"headers":{"X":"clear1"},"url":"https://u:clear2@h"})");
  for (const store::Document& document : good(world.store->documents().list("main", "channel")))
    CHECK(document.json.find("clear") == std::string::npos);
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
