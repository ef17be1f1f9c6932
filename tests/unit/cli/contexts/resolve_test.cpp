#include "cli/contexts/contexts.hpp"
#include "cli/contexts/token.hpp"
#include "tests/unit/cli/contexts/rig.hpp"

using namespace facio;
using namespace facio::test;
using Catch::Matchers::Contains;

namespace {

Config two_contexts() {
  Config config;
  config.current = "local";
  config.contexts.push_back({.name = "local", .url = "http://127.0.0.1:8900", .token = {.environment = "LOCAL_TOKEN"}});
  config.contexts.push_back({.name = "prod", .url = "https://agent.example", .token = {.environment = "PROD_TOKEN"}});
  return config;
}

Result<ResolvedTarget> resolve(const TargetChoice& choice, const Environment& environment, const Config& config = two_contexts(),
                               bool need_token = false) {
  StringInput in("from-stdin\n");
  return resolve_target(choice, config, environment, in, need_token);
}

}  // namespace

TEST_CASE("the strongest choice of a target wins") {
  const Directory here;
  const MapEnvironment nothing;
  const MapEnvironment both{{"FACIOCTL_URL", "http://10.0.0.1:1"}, {"FACIOCTL_CONTEXT", "prod"}};
  const MapEnvironment named{{"FACIOCTL_CONTEXT", "prod"}};
  CHECK(resolve({.context = {}, .url = "http://h:1", .token_file = {}}, both)->context_from == "--url");
  CHECK(resolve({.context = "prod", .url = {}, .token_file = {}}, both)->context_from == "--context");
  CHECK(resolve({}, both)->context.url == "http://10.0.0.1:1");
  CHECK(resolve({}, named)->context_from == "FACIOCTL_CONTEXT");
  CHECK(resolve({}, nothing)->context.name == "local");
  CHECK(resolve({}, nothing, Config())->context.url == "http://127.0.0.1:8900");
  CHECK(resolve({}, MapEnvironment{{"FACIO_API_PORT", "9001"}}, Config())->context.url == "http://127.0.0.1:9001");
  CHECK(resolve({}, MapEnvironment{{"FACIO_API_PORT", "x"}}, Config())->context_from == "default");
  CHECK(resolve({}, MapEnvironment{{"FACIO_API_PORT", "9001"}})->context_from == "current");
  here.write(".facioctl", "prod\n", 0644);
  CHECK(resolve({}, nothing)->context_from == ".facioctl");
  std::filesystem::create_directories("a/b");
  std::filesystem::current_path("a/b");
  CHECK(resolve({}, nothing)->context.name == "prod");
}

TEST_CASE("an unknown context is a usage error that lists the known ones") {
  const auto target = resolve({.context = "prd", .url = {}, .token_file = {}}, MapEnvironment());
  REQUIRE(!target);
  CHECK(target.error().code() == Code::usage);
  CHECK_THAT(target.error().message(), Contains("prd") && Contains("local, prod"));
}

TEST_CASE("the strongest source of a token wins") {
  const Directory here;
  const std::string file = here.write("t", "from-file\n");
  const MapEnvironment all{{"FACIOCTL_TOKEN_FILE", file},
                           {"FACIOCTL_TOKEN", "ft"},
                           {"FACIO_MANAGEMENT_TOKEN", "mt"},
                           {"LOCAL_TOKEN", "lt"},
                           {"PROD_TOKEN", "pt"}};
  const auto token = [&](const TargetChoice& choice, const Environment& environment) {
    auto target = resolve(choice, environment, two_contexts(), true);
    return target ? std::string(target->token.reveal()) : "refused: " + target.error().message();
  };
  TargetChoice stdin_choice;
  stdin_choice.token_stdin = true;
  CHECK(token(stdin_choice, all) == "from-stdin");
  CHECK(token({}, all) == "from-file");
  CHECK(token({}, MapEnvironment{{"FACIOCTL_TOKEN", "ft"}, {"FACIO_MANAGEMENT_TOKEN", "mt"}, {"LOCAL_TOKEN", "lt"}}) == "ft");
  CHECK(token({}, MapEnvironment{{"FACIO_MANAGEMENT_TOKEN", "mt"}, {"LOCAL_TOKEN", "lt"}}) == "mt");
  CHECK(token({}, MapEnvironment{{"LOCAL_TOKEN", "lt"}}) == "lt");
  CHECK(token({.context = "prod", .url = {}, .token_file = {}}, MapEnvironment{{"FACIO_MANAGEMENT_TOKEN", "mt"}, {"PROD_TOKEN", "pt"}}) ==
        "pt");
  CHECK(
      token({.context = {}, .url = "https://other.example", .token_file = {}}, MapEnvironment{{"LOCAL_TOKEN", "lt"}, {"PROD_TOKEN", "pt"}})
          .empty());
  CHECK_THAT(token({}, MapEnvironment()), Contains("LOCAL_TOKEN") && Contains("not set"));
}

TEST_CASE("a token does not travel unencrypted to another machine") {
  const MapEnvironment environment{{"FACIOCTL_TOKEN", "t"}};
  const auto refused = resolve({.context = {}, .url = "http://agent.example:8900", .token_file = {}}, environment, Config(), true);
  REQUIRE(!refused);
  CHECK(refused.error().code() == Code::unauthenticated);
  for (const char* url :
       {"http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1", "http://127.9.9.9", "unix:/tmp/x", "https://agent.example"})
    CHECK(resolve({.context = {}, .url = url, .token_file = {}}, environment, Config(), true));
  for (const char* url : {"http://127.evil.example", "http://localhost.evil.example", "http://user@evil.example",
                          "http://127.0.0.1@evil.example", "Http://agent.example", "hTTP://agent.example:8900", "HTTP://localhost.evil",
                          "http://2130706433", "http://0x7f000001", "http://0177.0.0.1", "http://127.1", "http://127.0.0.1.2",
                          "http://127.0.0.1.evil.example", "http://[::127.0.0.1]", "http://[::2]", "http://[fe80::1]", "http://localhost."})
    CHECK(!resolve({.context = {}, .url = url, .token_file = {}}, environment, Config(), true));
  for (const char* url : {"HTTP://LocalHost:1", "http://127.255.255.255", "http://[::ffff:127.0.0.1]", "http://[0:0:0:0:0:0:0:1]"})
    CHECK(resolve({.context = {}, .url = url, .token_file = {}}, environment, Config(), true));
  Config config = two_contexts();
  config.contexts[0].url = "http://agent.example";
  CHECK(!resolve({}, environment, config, true));
  config.contexts[0].insecure_http = true;
  CHECK(resolve({}, environment, config, true));
}

TEST_CASE("a configuration that others could exchange is not used") {
  const Directory here;
  const auto path = here.write("c.yaml", "version: 1\n", 0600);
  const auto refusal = [&](const std::string& named) {
    const auto config = load_config(named, MapEnvironment());
    return config ? std::string("used") : config.error().message() + "; " + std::string(config.error().hint());
  };
  CHECK(refusal(path) == "used");
  for (const mode_t mode : {0620, 0602, 0666}) {
    REQUIRE(::chmod(path.c_str(), mode) == 0);
    CHECK_THAT(refusal(path), Contains(path + " can be changed by other users") && Contains("chmod go-w " + path));
  }
  REQUIRE(::chmod(path.c_str(), 0644) == 0);
  const std::string above = path.substr(0, path.rfind('/'));
  REQUIRE(::chmod(above.c_str(), 0770) == 0);
  CHECK_THAT(refusal(path), Contains(above + " can be changed") && Contains("chmod go-w " + above));
  REQUIRE(::chmod(above.c_str(), 01777) == 0);  // where names cannot be taken over
  CHECK(refusal(path) == "used");
  // A link is as good as the directories on its way.
  REQUIRE(::mkdir(here.file("open").c_str(), 0700) == 0);
  REQUIRE(::symlink(path.c_str(), here.file("open/link").c_str()) == 0);
  CHECK(refusal(here.file("open/link")) == "used");
  REQUIRE(::chmod(here.file("open").c_str(), 0777) == 0);
  CHECK_THAT(refusal(here.file("open/link")), Contains(here.file("open") + " can be changed"));
  if (::geteuid() != 0) return;
  REQUIRE(::chmod(here.file("open").c_str(), 0700) == 0);
  REQUIRE(::chown(path.c_str(), 65534, 65534) == 0);
  CHECK_THAT(refusal(path), Contains(path + " belongs to another user") && Contains("chown 0 " + path));
  CHECK_THAT(refusal(here.file("open/link")), Contains(path + " belongs to another user"));
}

TEST_CASE("a token file must be its owner's alone") {
  const Directory here;
  CHECK(token_from_file(here.write("good", "abc\n"))->reveal() == "abc");
  CHECK(token_from_file(here.write("readonly", "abc", 0400))->reveal() == "abc");
  for (const mode_t mode : {0640, 0604, 0620, 0666}) {
    const auto token = token_from_file(here.write("open", "abc", mode));
    REQUIRE(!token);
    CHECK(token.error().code() == Code::unauthenticated);
    CHECK(token.error().hint() == "chmod 600 " + here.file("open"));
  }
  REQUIRE(::symlink(here.file("good").c_str(), here.file("link").c_str()) == 0);
  CHECK(token_from_file(here.file("link"))->reveal() == "abc");  // nobody else can change the way
  CHECK_THAT(token_from_file(here.file("none")).error().message(), Contains("cannot read"));
  REQUIRE(::mkdir(here.file("dir").c_str(), 0700) == 0);
  CHECK_THAT(token_from_file(here.file("dir")).error().message(), Contains("not a regular file"));
}

TEST_CASE("a token is one word") {
  CHECK(clean_token("abc\r\n", "x")->reveal() == "abc");
  for (const char* bad : {"", "\n", "a b", "a\nb\n", "a\tb", "a\x01", "a\x7f"}) CHECK(!clean_token(bad, "x"));
}

TEST_CASE("the configuration is read with lines in messages") {
  const Directory here;
  const MapEnvironment environment{{"XDG_RUNTIME_DIR", "/run/user/7"}, {"HOME", "/home/u"}};
  const auto config = load_config(
      here.write("c.yaml",
                 "version: 1\ncurrent: local\ncolour: red\ncontexts:\n"
                 "  local: { url: \"http://127.0.0.1:8900\", token: { file: \"${XDG_RUNTIME_DIR}/facioctl/serve.token\" } }\n"
                 "  prod:\n    url: https://agent.example\n    ca: ca.pem\n    protected: true\n    timeout: 10s\n    speed: 3\n"
                 "    token: { exec: [pass, show, agent] }\n"),
      environment);
  REQUIRE(config);
  CHECK(config->current == "local");
  CHECK(config->find("local")->token.file == "/run/user/7/facioctl/serve.token");
  const Context& prod = *config->find("prod");
  CHECK(prod.ca == here.file("ca.pem"));
  CHECK(prod.is_protected);
  CHECK(prod.timeout_ms == 10'000);
  CHECK(prod.token.exec == std::vector<std::string>{"pass", "show", "agent"});
  REQUIRE(config->warnings.size() == 2);
  CHECK_THAT(config->warnings[0], Contains("line 3") && Contains("colour"));
  CHECK_THAT(config->warnings[1], Contains("line 11") && Contains("speed"));
}

TEST_CASE("what a context says about its agent, its certificates and its tags is read") {
  const Directory here;
  const auto config = load_config(here.write("c.yaml",
                                             "contexts:\n"
                                             "  via-p: { kind: placet, url: https://placet.example, agent: agt_123, tags: [prod, eu],\n"
                                             "           cert: me.pem, key: /k.pem, token: { exec: [op, read], ttl: 10m } }\n"
                                             "  home: { url: http://127.0.0.1:1, token: { keyring: facioctl/home } }\n"
                                             "groups: { eu: \"tag==eu\" }\n"),
                                  MapEnvironment());
  REQUIRE(config);
  CHECK(config->warnings.empty());
  const Context& context = *config->find("via-p");
  CHECK(context.kind == "placet");
  CHECK(context.agent == "agt_123");
  CHECK(context.tags == std::vector<std::string>{"prod", "eu"});
  CHECK(context.cert == here.file("me.pem"));
  CHECK(context.key == "/k.pem");
  CHECK(context.token.ttl_ms == 600'000);
  CHECK(config->find("home")->token.keyring == "facioctl/home");
  REQUIRE(config->groups.size() == 1);
  CHECK(config->groups[0].expression == "tag==eu");
}

TEST_CASE("a variable that is not set makes its context unusable, and no other") {
  const Directory here;
  const auto config = load_config(here.write("c.yaml",
                                             "contexts:\n  a: { url: http://127.0.0.1:1, token: { file: \"${NOT_SET}/a\" } }\n"
                                             "  b: { url: http://127.0.0.1:2, ca: \"${NOR_THIS}/b\" }\n  c: { url: http://127.0.0.1:3 }\n"),
                                  MapEnvironment());
  REQUIRE(config);
  StringInput in("");
  const auto chosen = [&](const char* name) { return resolve_target({.context = name}, *config, MapEnvironment(), in, false); };
  CHECK(chosen("c"));
  for (const auto& [name, variable] :
       {std::pair{"a", "line 2: token.file: uses ${NOT_SET}, which is not set"}, {"b", "line 3: ca: uses ${NOR_THIS}, which is not set"}}) {
    const auto target = chosen(name);
    REQUIRE(!target);
    CHECK(target.error().code() == Code::usage);
    CHECK_THAT(target.error().message(), Contains(variable));
  }
}

TEST_CASE("a bad configuration is a usage error with its line") {
  const Directory here;
  const auto message = [&](const std::string& text) {
    const auto config = load_config(here.write("c.yaml", text), MapEnvironment());
    return config ? std::string("fine") : std::to_string(info(config.error().code()).exit) + " " + config.error().message();
  };
  CHECK_THAT(message("version: 2\n"), Contains("2 ") && Contains("line 1") && Contains("version 2"));
  CHECK_THAT(message("version: 1\ncontexts:\n  a: { url: http://x, protected: maybe }\n"),
             Contains("line 3: protected: must be true or false"));
  CHECK_THAT(message("contexts:\n  a: { token: { env: X } }\n"), Contains("url is missing"));
  CHECK_THAT(message("contexts:\n  a: { url: http://x, token: abc }\n"), Contains("it is never in this file"));
  CHECK_THAT(message("contexts:\n  a: { url: http://x, token: { file: a, env: B } }\n"), Contains("cannot be combined"));
  CHECK_THAT(message("contexts:\n  a: { url: http://x, token: { file: \"${NOT_SET/a\" } }\n"), Contains("'${' without '}'"));
  CHECK_THAT(message("contexts:\n  a: { url: http://x, kind: vault }\n"),
             Contains("'vault' is unknown") && Contains("facio, placet or librefang"));
  CHECK_THAT(message("contexts:\n  a: { url: http://x, tags: prod }\n"), Contains("line 2: tags: must be a list"));
  CHECK_THAT(message("contexts:\n  a: { url: http://x, token: { file: a, ttl: 5m } }\n"), Contains("only the result of exec is cached"));
  CHECK_THAT(message("contexts:\n  a: { url: http://x, token: { exec: [a], ttl: 9d } }\n"), Contains("between 1s and 7d"));
  CHECK_THAT(message("groups:\n  a: colour==eu\n"),
             Contains("line 2: groups.a: at character 1: tag, name, kind") && Contains("was expected"));
  CHECK_THAT(message("- a\n"), Contains("must be a map"));
  CHECK_THAT(message("a: [\n"), Contains("line"));
}

TEST_CASE("a written configuration reads back the same") {
  const Directory here;
  const MapEnvironment environment;
  const std::string path = here.file("new/sub/config.yaml");
  Context context;
  context.name = "no";
  context.url = "https://agent.example:1/p";
  context.token.file = "/a b/'t\"";
  context.is_protected = true;
  context.timeout_ms = 1500;
  REQUIRE(save_context(path, context, false, environment));
  Context second;
  second.name = "12";
  second.url = "unix:/run/x";
  second.token.exec = {"a", "b c"};
  REQUIRE(save_context(path, second, false, environment));
  struct ::stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0600U);
  const auto config = load_config(path, environment);
  REQUIRE(config);
  CHECK(config->current == "no");
  CHECK(config->warnings.empty());
  CHECK(config->find("no")->token.file == context.token.file);
  CHECK(config->find("no")->is_protected);
  CHECK(config->find("no")->timeout_ms == 1500);
  CHECK(config->find("12")->token.exec == second.token.exec);
}
