// Settings: the document, every key good and bad, what changes, what is kept.
#include <catch2/catch.hpp>

#include "cli/core/json.hpp"
#include "cli/core/validate.hpp"
#include "commands/serve/vault/vault.hpp"
#include "commands/facio/settings/patch.hpp"
#include "commands/facio/settings/server/service.hpp"

using namespace facio;

namespace {

std::unique_ptr<store::Store> open() {
  auto opened = store::open_sqlite({});
  REQUIRE(opened);
  return std::move(*opened);
}

serve::Vault open_vault(store::Store& store) {
  auto opened = serve::Vault::open({}, store.documents());
  REQUIRE(opened);
  return std::move(*opened);
}

/// A store in memory with its settings.
struct World {
  std::unique_ptr<store::Store> store = open();
  serve::Vault vault = open_vault(*store);
  SettingsService settings{*store, &vault};

  Result<SettingsChange> patch(const std::string& text, const std::string& agent = "main") {
    auto body = JsonDocument::parse(text);
    REQUIRE(body);
    std::optional<SettingsChange> change;
    auto status = store->run([&](store::Transaction& tx) -> Status {
      auto made = settings.change(tx, agent, body->root());
      if (!made) return fail(std::move(made.error()));
      change = std::move(*made);
      return {};
    });
    if (!status) return fail(std::move(status.error()));
    settings.publish(agent, *change);
    return std::move(*change);
  }
  std::vector<std::string> names(const std::string& text) {
    auto change = patch(text);
    if (!change) FAIL(change.error().message());
    return change->names;
  }
  JsonDocument document(const std::string& agent = "main") {
    auto text = settings.document(agent);
    REQUIRE(text);
    auto parsed = JsonDocument::parse(*text);
    REQUIRE(parsed);
    return std::move(*parsed);
  }
  std::string value(std::string_view dotted) {
    const auto whole = document();
    return whole.root().find(dotted).dump();
  }
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("the document is complete and fits its shape", "[settings]") {
  World world;
  const auto document = world.document();
  auto status = validate(document.root(), shape_of<Settings>, Direction::reply);
  if (!status) FAIL(status.error().message());
  for (const char* section : {"basic", "advanced", "browser", "self_improvement", "options"}) CHECK(document.root().get(section));
  CHECK(document.root().get("basic").size() == field_count<SettingsBasic>);
  CHECK(document.root().get("advanced").size() == field_count<SettingsAdvanced>);
  CHECK(document.root().get("browser").size() == field_count<SettingsBrowser>);
  CHECK(document.root().find("basic.timezone").kind() == JsonKind::null);
  CHECK(document.root().find("browser.proxy").kind() == JsonKind::null);
  CHECK_FALSE(document.root().find("browser.proxy_set").boolean());
  CHECK(document.root().find("options.providers").at(0).get("value").string() == "auto");
  CHECK_FALSE(document.root().get("changes"));
}

TEST_CASE("the defaults are themselves allowed", "[settings]") {
  World world;
  const auto document = world.document();
  JsonDocument patch = JsonDocument::object();
  for (const char* section : {"basic", "advanced"}) patch.merge(document.root().get(section));
  for (const char* section : {"browser", "self_improvement"}) patch.set(section, document.root().get(section));
  patch.erase("browser.proxy_set");
  CHECK(world.names(patch.dump()).empty());
}

TEST_CASE("every key takes a good value and names itself as changed", "[settings]") {
  const auto [patch, name, shown] = GENERATE(table<std::string, std::string, std::string>({
      {R"({"model":"large"})", "model", R"(basic.model="large")"},
      {R"({"provider":"custom"})", "provider", R"(basic.provider="custom")"},
      {R"({"subagent_model":"s"})", "subagent_model", R"(basic.subagent_model="s")"},
      {R"({"subagent_provider":"auto"})", "subagent_provider", R"(basic.subagent_provider="auto")"},
      {R"({"vision_model":"v"})", "vision_model", R"(basic.vision_model="v")"},
      {R"({"vision_provider":"builtin"})", "vision_provider", R"(basic.vision_provider="builtin")"},
      {R"({"image_model":"i"})", "image_model", R"(basic.image_model="i")"},
      {R"({"image_provider":"custom"})", "image_provider", R"(basic.image_provider="custom")"},
      {R"({"video_model":"v"})", "video_model", R"(basic.video_model="v")"},
      {R"({"video_provider":"custom"})", "video_provider", R"(basic.video_provider="custom")"},
      {R"({"reasoning_effort":"high"})", "reasoning_effort", R"(basic.reasoning_effort="high")"},
      {R"({"timezone":"Europe/Berlin"})", "timezone", R"(basic.timezone="Europe/Berlin")"},
      {R"({"temperature":0})", "temperature", "advanced.temperature=0.0"},
      {R"({"temperature":1.5})", "temperature", "advanced.temperature=1.5"},
      {R"({"max_tokens":1})", "max_tokens", "advanced.max_tokens=1"},
      {R"({"context_window_tokens":1024})", "context_window_tokens", "advanced.context_window_tokens=1024"},
      {R"({"max_tool_iterations":1000})", "max_tool_iterations", "advanced.max_tool_iterations=1000"},
      {R"({"max_goal_turns":0})", "max_goal_turns", "advanced.max_goal_turns=0"},
      {R"({"max_tool_result_chars":100})", "max_tool_result_chars", "advanced.max_tool_result_chars=100"},
      {R"({"max_concurrent_requests":1})", "max_concurrent_requests", "advanced.max_concurrent_requests=1"},
      {R"({"max_concurrent_cron_jobs":100})", "max_concurrent_cron_jobs", "advanced.max_concurrent_cron_jobs=100"},
      {R"({"reflection_interval_h":0})", "reflection_interval_h", "advanced.reflection_interval_h=0"},
      {R"({"dream_interval_h":7})", "reflection_interval_h", "advanced.reflection_interval_h=7"},
      {R"({"provider_retry_mode":"persistent"})", "provider_retry_mode", R"(advanced.provider_retry_mode="persistent")"},
      {R"({"unified_session":true})", "unified_session", "advanced.unified_session=true"},
      {R"({"policy_enabled":false})", "policy_enabled", "advanced.policy_enabled=false"},
      {R"({"policy_skip_cron":true})", "policy_skip_cron", "advanced.policy_skip_cron=true"},
      {R"({"reflection_auto_apply":false})", "reflection_auto_apply", "advanced.reflection_auto_apply=false"},
      {R"({"browser":{"enable":true}})", "browser.enable", "browser.enable=true"},
      {R"({"browser":{"backend":"camoufox"}})", "browser.backend", R"(browser.backend="camoufox")"},
      {R"({"browser":{"command_timeout":1}})", "browser.command_timeout", "browser.command_timeout=1"},
      {R"({"browser":{"inactivity_timeout":86400}})", "browser.inactivity_timeout", "browser.inactivity_timeout=86400"},
      {R"({"browser":{"max_concurrent_sessions":1}})", "browser.max_concurrent_sessions", "browser.max_concurrent_sessions=1"},
      {R"({"browser":{"max_named_sessions":0}})", "browser.max_named_sessions", "browser.max_named_sessions=0"},
      {R"({"browser":{"allow_private_urls":true}})", "browser.allow_private_urls", "browser.allow_private_urls=true"},
      {R"({"browser":{"domain_allowlist":["example.com","*.example.org"]}})", "browser.domain_allowlist",
       R"(browser.domain_allowlist=["example.com","*.example.org"])"},
      {R"({"browser":{"domain_denylist":["bad.example"]}})", "browser.domain_denylist", R"(browser.domain_denylist=["bad.example"])"},
      {R"({"browser":{"record_sessions":true}})", "browser.record_sessions", "browser.record_sessions=true"},
      {R"({"browser":{"user_agent":"me"}})", "browser.user_agent", R"(browser.user_agent="me")"},
      {R"({"browser":{"snapshot_max_chars":100}})", "browser.snapshot_max_chars", "browser.snapshot_max_chars=100"},
      {R"({"browser":{"proxy":"http://u:p@h:1"}})", "browser.proxy", R"(browser.proxy="***")"},
      {R"({"browser":{"camoufox":{"humanize":false}}})", "browser.camoufox.humanize", "browser.camoufox.humanize=false"},
      {R"({"browser":{"camoufox":{"geoip":"1.2.3.4"}}})", "browser.camoufox.geoip", R"(browser.camoufox.geoip="1.2.3.4")"},
      {R"({"browser":{"playwright":{"headless":false}}})", "browser.playwright.headless", "browser.playwright.headless=false"},
      {R"({"browser":{"playwright":{"extra_args":["--x"]}}})", "browser.playwright.extra_args", R"(browser.playwright.extra_args=["--x"])"},
      {R"({"browser":{"stealth":{"advertise_stealth":true}}})", "browser.stealth.advertise_stealth",
       "browser.stealth.advertise_stealth=true"},
      {R"({"browser":{"stealth":{"block_trackers":false}}})", "browser.stealth.block_trackers", "browser.stealth.block_trackers=false"},
      {R"({"self_improvement":{"enabled":true}})", "self_improvement.enabled", "self_improvement.enabled=true"},
      {R"({"self_improvement":{"model_override":"m"}})", "self_improvement.model_override", R"(self_improvement.model_override="m")"},
      {R"({"self_improvement":{"provider_override":"custom"}})", "self_improvement.provider_override",
       R"(self_improvement.provider_override="custom")"},
      {R"({"self_improvement":{"mode":"off"}})", "self_improvement.mode", R"(self_improvement.mode="off")"},
      {R"({"self_improvement":{"auto_triggers":[]}})", "self_improvement.auto_triggers", "self_improvement.auto_triggers=[]"},
      {R"({"self_improvement":{"interval_h":1}})", "self_improvement.interval_h", "self_improvement.interval_h=1"},
      {R"({"self_improvement":{"max_iterations":1}})", "self_improvement.max_iterations", "self_improvement.max_iterations=1"},
      {R"({"self_improvement":{"scopes":["policy"]}})", "self_improvement.scopes", R"(self_improvement.scopes=["policy"])"},
      {R"({"self_improvement":{"validation_level":"strict"}})", "self_improvement.validation_level",
       R"(self_improvement.validation_level="strict")"},
  }));
  World world;
  INFO(patch);
  CHECK(world.names(patch) == Names{name});
  const auto equal = shown.find('=');
  const std::string got = world.value(shown.substr(0, equal));
  const std::string wanted = shown.substr(equal + 1);
  CHECK((got == wanted || got + ".0" == wanted));
  CHECK(world.names(patch).empty());  // the same again changes nothing

  // What is stored gives the same document to a new service.
  SettingsService later(*world.store, &world.vault);
  CHECK(*later.document("main") == *world.settings.document("main"));
}

TEST_CASE("a bad value is refused, names its key, and nothing of the change is applied", "[settings]") {
  const auto [bad, key] = GENERATE(table<std::string, std::string>({
      {R"("model":5)", "model"},
      {R"("model":"a\nb")", "model"},
      {R"("provider":"nobody")", "provider"},
      {R"("video_provider":"nobody")", "video_provider"},
      {R"("reasoning_effort":"extreme")", "reasoning_effort"},
      {R"("timezone":"Mars/Olympus")", "timezone"},
      {R"("timezone":"../etc/passwd")", "timezone"},
      {R"("temperature":2.1)", "temperature"},
      {R"("temperature":-0.1)", "temperature"},
      {R"("temperature":"0.5")", "temperature"},
      {R"("temperature":null)", "temperature"},
      {R"("max_tokens":0)", "max_tokens"},
      {R"("max_tokens":1.5)", "max_tokens"},
      {R"("context_window_tokens":1023)", "context_window_tokens"},
      {R"("max_tool_iterations":0)", "max_tool_iterations"},
      {R"("max_goal_turns":-1)", "max_goal_turns"},
      {R"("max_tool_result_chars":99)", "max_tool_result_chars"},
      {R"("max_concurrent_requests":0)", "max_concurrent_requests"},
      {R"("max_concurrent_cron_jobs":101)", "max_concurrent_cron_jobs"},
      {R"("reflection_interval_h":-1)", "reflection_interval_h"},
      {R"("dream_interval_h":"x")", "reflection_interval_h"},
      {R"("dream_interval_h":1,"reflection_interval_h":2)", "dream_interval_h"},
      {R"("provider_retry_mode":"never")", "provider_retry_mode"},
      {R"("unified_session":"yes")", "unified_session"},
      {R"("policy_enabled":1)", "policy_enabled"},
      {R"("modle":"x")", "modle"},
      {R"("basic":{"model":"x"})", "basic"},
      {R"("api_keys":{})", "api_keys"},
      {R"("browser":true)", "browser"},
      {R"("browser":{"backend":"lynx"})", "browser.backend"},
      {R"("browser":{"command_timeout":0})", "browser.command_timeout"},
      {R"("browser":{"domain_allowlist":"example.com"})", "browser.domain_allowlist"},
      {R"("browser":{"domain_denylist":["https://example.com/"]})", "browser.domain_denylist[0]"},
      {R"("browser":{"domain_allowlist":[""]})", "browser.domain_allowlist[0]"},
      {R"("browser":{"proxy":"host:3128"})", "browser.proxy"},
      {R"("browser":{"proxy":""})", "browser.proxy"},
      {R"("browser":{"proxy_set":true})", "browser.proxy_set"},
      {R"("browser":{"colour":"red"})", "browser.colour"},
      {R"("browser":{"stealth":{"invisible":true}})", "browser.stealth.invisible"},
      {R"("browser":{"camoufox":{"humanize":"very"}})", "browser.camoufox.humanize"},
      {R"("browser":{"playwright":{"extra_args":[1]}})", "browser.playwright.extra_args[0]"},
      {R"("self_improvement":{"mode":"always"})", "self_improvement.mode"},
      {R"("self_improvement":{"auto_triggers":["boredom"]})", "self_improvement.auto_triggers[0]"},
      {R"("self_improvement":{"scopes":[null]})", "self_improvement.scopes[0]"},
      {R"("self_improvement":{"provider_override":"auto"})", "self_improvement.provider_override"},
      {R"("self_improvement":{"interval_h":0})", "self_improvement.interval_h"},
      {R"("self_improvement":{"validation_level":"hard"})", "self_improvement.validation_level"},
  }));
  World world;
  const std::string before = *world.settings.document("main");
  auto change = world.patch(R"({"image_model":"x",)" + bad + "}");
  INFO(bad);
  REQUIRE_FALSE(change);
  CHECK(change.error().code() == Code::rejected);
  CHECK(change.error().field() == key);
  CHECK(change.error().message().find(key) == 0);
  CHECK(*world.settings.document("main") == before);
  CHECK(*world.store->audit().verify("main") == 0);
}

TEST_CASE("every declared key is covered by the tests above", "[settings]") {
  // One change that sets every leaf to the document's own value: a key that check() forgets would be refused.
  std::size_t leaves = 0;
  const auto count = [&](const auto& self, const Shape& shape) -> void {
    for (const Field& field : shape.fields) {
      if (field.type->kind == Kind::object) self(self, *field.type->shape);
      else ++leaves;
    }
  };
  count(count, settings::kPatch);
  CHECK(leaves == 60);
  CHECK(settings::kPatch.find("browser")->type->shape->find("proxy_set") == nullptr);
}

TEST_CASE("an empty change changes nothing and leaves no event", "[settings]") {
  World world;
  auto change = world.patch("{}");
  REQUIRE(change);
  CHECK(change->names.empty());
  CHECK_FALSE(change->restart_needed());
  CHECK_FALSE(world.store->settings().load("main")->has_value());
  CHECK(*world.store->audit().verify("main") == 0);
  auto document = JsonDocument::parse(world.settings.announce("main", *change));
  REQUIRE(document);
  CHECK(document->root().get("changes").size() == 0);
  CHECK(document->root().get("restart_needed").kind() == JsonKind::boolean);
}

TEST_CASE("the answer lists what changed, and an event tells the names only", "[settings]") {
  World world;
  auto change = world.patch(R"({"model":"large","temperature":0.2,"browser":{"proxy":"http://user:hidden@host:1","backend":"auto"}})");
  REQUIRE(change);
  CHECK(change->names == Names{"model", "temperature", "browser.proxy"});
  CHECK(change->restart_needed());
  CHECK(world.settings.announce("main", *change).find("hidden") == std::string::npos);
  auto document = JsonDocument::parse(world.settings.announce("main", *change));
  REQUIRE(validate(document->root(), shape_of<Settings>, Direction::reply));
  CHECK(document->root().find("changes").size() == 3);
  CHECK(document->root().find("browser.proxy_set").boolean());

  auto events = world.store->audit().list("main", {});
  REQUIRE(events->count == 1);
  CHECK(events->items.find(R"("event":"settings_change")") != std::string::npos);
  CHECK(events->items.find("browser.proxy") != std::string::npos);
  CHECK(events->items.find("hidden") == std::string::npos);
  CHECK(events->items.find("large") == std::string::npos);
}

TEST_CASE("which keys wait for a restart", "[settings]") {
  const auto [patch, restart] = GENERATE(table<std::string, bool>({
      {R"({"model":"x"})", false},
      {R"({"timezone":"Asia/Tokyo"})", false},
      {R"({"max_concurrent_cron_jobs":9})", false},
      {R"({"self_improvement":{"enabled":true}})", false},
      {R"({"max_concurrent_requests":9})", true},
      {R"({"unified_session":true})", true},
      {R"({"browser":{"enable":true}})", true},
      {R"({"browser":{"enable":false}})", false},  // as it is already
      {R"({"model":"x","unified_session":true})", true},
  }));
  World world;
  INFO(patch);
  auto change = world.patch(patch);
  REQUIRE(change);
  CHECK(change->restart_needed() == restart);
}

TEST_CASE("a cleared basic value goes back to its default", "[settings]") {
  World world;
  REQUIRE(world.names(R"({"model":"x","reasoning_effort":"low","timezone":"Asia/Tokyo"})").size() == 3);
  CHECK(world.settings.timezone("main") == "Asia/Tokyo");
  CHECK(world.names(R"({"model":"","reasoning_effort":"","timezone":null})") == Names{"model", "reasoning_effort", "timezone"});
  CHECK(world.value("basic.model") == R"("builtin")");
  CHECK(world.value("basic.reasoning_effort") == "null");
  CHECK(world.settings.timezone("main") == "UTC");
  CHECK(world.store->settings().load("main")->value() == "{}");
}

TEST_CASE("the proxy is set, kept by its mask and by absence, and removed by null", "[settings]") {
  World world;
  REQUIRE(world.names(R"({"browser":{"proxy":"socks5://me:pw@host:1080"}})") == Names{"browser.proxy"});
  CHECK(world.names(R"({"browser":{"proxy":"***","enable":true}})") == Names{"browser.enable"});
  CHECK(world.names(R"({"browser":{"enable":false}})") == Names{"browser.enable"});
  CHECK(world.value("browser.proxy") == R"("***")");
  CHECK(world.store->settings().load("main")->value().find("socks5://me:pw@host:1080") == std::string::npos);
  CHECK(world.store->settings().load("main")->value().find(R"("proxy":{"sealed":"v1:)") != std::string::npos);
  CHECK(world.names(R"({"browser":{"proxy":null}})") == Names{"browser.proxy"});
  CHECK(world.value("browser.proxy") == "null");
  CHECK(world.value("browser.proxy_set") == "false");
  CHECK(world.names(R"({"browser":{"proxy":"***"}})").empty());  // no mask was shown: nothing is stored
  CHECK(world.value("browser.proxy") == "null");
}

TEST_CASE("agents have settings of their own, and listeners hear of published changes", "[settings]") {
  World world;
  std::vector<std::string> heard;
  world.settings.subscribe([&](std::string_view agent, const std::vector<std::string>& names) {
    heard.push_back(std::string(agent) + ":" + (names.empty() ? "" : names.front()));
  });
  REQUIRE(world.patch(R"({"max_concurrent_cron_jobs":7})", "other"));
  REQUIRE(world.patch("{}", "other"));
  REQUIRE_FALSE(world.patch(R"({"max_concurrent_cron_jobs":0})", "other"));
  CHECK(heard == std::vector<std::string>{"other:max_concurrent_cron_jobs"});
  CHECK(world.settings.advanced("other").max_concurrent_cron_jobs == 7);
  CHECK(world.settings.advanced("main").max_concurrent_cron_jobs == 2);
}

TEST_CASE("a second change of the same group builds on the first", "[settings]") {
  World world;
  REQUIRE(world.settings.load("main"));
  auto one = JsonDocument::parse(R"({"model":"one"})");
  auto two = JsonDocument::parse(R"({"temperature":1})");
  std::optional<SettingsChange> last;
  REQUIRE(world.store->run([&](store::Transaction& tx) -> Status {
    if (auto made = world.settings.change(tx, "main", one->root()); !made) return fail(std::move(made.error()));
    auto made = world.settings.change(tx, "main", two->root());
    if (!made) return fail(std::move(made.error()));
    last = std::move(*made);
    return {};
  }));
  CHECK(world.settings.model("main") == "builtin");  // not published yet
  world.settings.publish("main", *last);
  CHECK(world.settings.model("main") == "one");
  CHECK(world.value("advanced.temperature") == "1");
}

TEST_CASE("stored settings that cannot be read are an error, not the defaults", "[settings]") {
  World world;
  REQUIRE(world.store->run([](store::Transaction& tx) { return tx.save_settings("main", R"({"advanced":{"max_tokens":"many"}})"); }));
  auto document = world.settings.document("main");
  REQUIRE_FALSE(document);
  CHECK(document.error().code() == Code::internal);
  CHECK_FALSE(world.settings.load("main"));
}
