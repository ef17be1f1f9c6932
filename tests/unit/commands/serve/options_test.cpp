#include <catch2/catch.hpp>
#include <map>
#include <unistd.h>

#include "commands/serve/options.hpp"

namespace facio::serve {
namespace {

class Variables final : public Environment {
 public:
  explicit Variables(std::map<std::string, std::string, std::less<>> values) : values_(std::move(values)) {
    values_.try_emplace("HOME", "/home/me");
  }
  [[nodiscard]] std::optional<std::string_view> look_up(std::string_view name) const override {
    const auto found = values_.find(name);
    return found == values_.end() ? std::nullopt : std::optional<std::string_view>(found->second);
  }

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

std::string refused(const FlagValues& flags, std::map<std::string, std::string, std::less<>> variables = {}) {
  const auto options = options_from(flags, Variables(std::move(variables)));
  REQUIRE(!options);
  CHECK(options.error().code() == Code::usage);
  return options.error().message();
}

}  // namespace

TEST_CASE("without flags the server is local and keeps its data under the home directory") {
  const auto options = options_from({}, Variables({}));
  REQUIRE(options);
  CHECK(options->listen.host == "127.0.0.1");
  CHECK(options->listen.port == "8900");
  CHECK(options->data == "/home/me/.local/share/facioctl/serve");
  CHECK(options->management);
  CHECK(!options->a2a);
  CHECK(options->grace_ms == 10'000);
  CHECK(options->approval_expiry_ms == 24 * 3'600'000);
  CHECK(options->chat_timeout_ms == 600'000);
  CHECK(options->threads >= 1);
}

TEST_CASE("each flag beats its variable, in both directions") {
  using Read = std::string (*)(const ServeOptions&);
  const struct {
    std::string variable, value, flag, flag_value;
    Read read;
    std::string by_variable, by_flag;
  } rows[] = {
      {"FACIO_API_PORT", "9000", "listen", ":9001", [](const ServeOptions& o) { return o.listen.port; }, "9000", "9001"},
      {"FACIO_RATE_LIMIT_RPM", "7", "rate_limit_rpm", "0", [](const ServeOptions& o) { return std::to_string(o.rate_limit_rpm); }, "7",
       "0"},
      {"FACIO_PUBLIC_URL", "https://a", "public_url", "https://b", [](const ServeOptions& o) { return o.public_url; }, "https://a",
       "https://b"},
      {"FACIO_ALLOWED_ORIGINS", "https://a", "allowed_origin", "https://b", [](const ServeOptions& o) { return o.allowed_origins.at(0); },
       "https://a", "https://b"},
      {"FACIO_SERVER_NAMES", "a", "server_name", "b", [](const ServeOptions& o) { return o.server_names.at(0); }, "a", "b"},
      {"XDG_DATA_HOME", "/a", "data", "/b", [](const ServeOptions& o) { return o.data; }, "/a/facioctl/serve", "/b"},
      {"FACIO_A2A_ENABLED", "1", "a2a", "false", [](const ServeOptions& o) { return std::string(o.a2a ? "on" : "off"); }, "on", "off"},
      {"FACIO_A2A_ENABLED", "0", "a2a", "true", [](const ServeOptions& o) { return std::string(o.a2a ? "on" : "off"); }, "off", "on"},
      {"FACIO_OPEN_V1", "1", "open_v1", "false", [](const ServeOptions& o) { return std::string(o.open_v1 ? "on" : "off"); }, "on", "off"},
      {"FACIO_MANAGEMENT_ENABLED", "0", "no_management", "false",
       [](const ServeOptions& o) { return std::string(o.management ? "on" : "off"); }, "off", "on"},
  };
  for (const auto& row : rows) {
    INFO(row.variable << " beside " << row.flag);
    const std::map<std::string, std::string, std::less<>> variables = {{row.variable, row.value}};
    const auto by_variable = options_from({}, Variables(variables));
    REQUIRE(by_variable);
    CHECK(row.read(*by_variable) == row.by_variable);
    const auto by_flag = options_from({{row.flag, {row.flag_value}}}, Variables(variables));
    REQUIRE(by_flag);
    CHECK(row.read(*by_flag) == row.by_flag);
  }
}

TEST_CASE("flags win over the environment") {
  const std::map<std::string, std::string, std::less<>> variables = {
      {"FACIO_API_PORT", "9000"},    {"FACIO_RATE_LIMIT_RPM", "7"},
      {"FACIO_A2A_ENABLED", "true"}, {"FACIO_ALLOWED_ORIGINS", "https://a, https://b/"},
      {"XDG_DATA_HOME", "/data"},    {"FACIO_MANAGEMENT_ENABLED", "0"}};
  const auto from_variables = options_from({}, Variables(variables));
  REQUIRE(from_variables);
  CHECK(from_variables->listen.port == "9000");
  CHECK(from_variables->rate_limit_rpm == 7);
  CHECK(from_variables->a2a);
  CHECK(!from_variables->management);
  CHECK(from_variables->allowed_origins == std::vector<std::string>{"https://a", "https://b"});
  CHECK(from_variables->data == "/data/facioctl/serve");
  const auto from_flags =
      options_from({{"listen", {":1"}}, {"rate_limit_rpm", {"0"}}, {"allowed_origin", {"https://c"}}, {"data", {"/d"}}, {"grace", {"1m"}}},
                   Variables(variables));
  REQUIRE(from_flags);
  CHECK(from_flags->listen.port == "1");
  CHECK(from_flags->rate_limit_rpm == 0);
  CHECK(from_flags->allowed_origins == std::vector<std::string>{"https://c"});
  CHECK(from_flags->data == "/d");
  CHECK(from_flags->grace_ms == 60'000);
}

TEST_CASE("bad options name the flag or the variable") {
  CHECK(refused({{"listen", {"nonsense"}}}).starts_with("--listen"));
  CHECK(refused({{"listen", {"127.0.0.1:65536"}}}).starts_with("--listen"));
  CHECK(refused({{"listen", {"host.example:80"}}}).starts_with("--listen"));
  CHECK(refused({{"listen", {"unix:"}}}).starts_with("--listen"));
  CHECK(refused({{"listen", {"0.0.0.0:8900"}}}).starts_with("--listen"));
  CHECK(refused({{"memory", {"true"}}, {"data", {"/d"}}}).find("--data") != std::string::npos);
  CHECK(refused({{"rate_limit_rpm", {"x"}}}).starts_with("--rate-limit-rpm"));
  CHECK(refused({}, {{"FACIO_API_PORT", "port"}}).starts_with("FACIO_API_PORT"));
  CHECK(refused({}, {{"FACIO_A2A_ENABLED", "maybe"}}).starts_with("FACIO_A2A_ENABLED"));
  CHECK(refused({{"grace", {"10"}}}).starts_with("--grace"));
  CHECK(refused({{"approval_expiry", {"never"}}}).starts_with("--approval-expiry"));
  CHECK(refused({{"approval_expiry", {"10ms"}}}).starts_with("--approval-expiry: must be from 1s"));
  CHECK(refused({{"chat_timeout", {"9999d"}}}).starts_with("--chat-timeout"));
  CHECK(refused({{"threads", {"0"}}}).starts_with("--threads"));
}

TEST_CASE("who may ask, and under which name") {
  const auto variables = [](const char* name, const char* value) {
    std::map<std::string, std::string, std::less<>> values;
    values[name] = value;
    return Variables(std::move(values));
  };
  const auto closed = options_from({{"public_url", {"https://agent.example/base"}}}, Variables({}));
  REQUIRE(closed);
  CHECK(closed->reached_by_others());
  CHECK(!closed->open_v1);
  CHECK(!options_from({}, Variables({}))->reached_by_others());
  CHECK(!options_from({{"listen", {"unix:/a"}}}, Variables({}))->reached_by_others());
  CHECK(options_from({{"behind_proxy", {"true"}}}, Variables({}))->reached_by_others());
  CHECK(options_from({{"open_v1", {"true"}}}, Variables({}))->open_v1);
  CHECK(options_from({}, variables("FACIO_OPEN_V1", "yes"))->open_v1);
  CHECK(refused({}, {{"FACIO_OPEN_V1", "perhaps"}}).starts_with("FACIO_OPEN_V1"));
  const auto named = options_from({{"server_name", {"a.example", "b,::1"}}}, variables("FACIO_SERVER_NAMES", "c"));
  REQUIRE(named);
  CHECK(named->server_names == std::vector<std::string>{"a.example", "b", "::1"});
  CHECK(options_from({}, variables("FACIO_SERVER_NAMES", "c, d"))->server_names == std::vector<std::string>{"c", "d"});
  for (const char* bad : {"http://a", "a:80", "a/b", "*", "a b", "[::1]", "me@a"}) {
    CAPTURE(bad);
    CHECK(refused({{"server_name", {bad}}}).starts_with("--server-name: \""));
  }
  CHECK(refused({}, {{"FACIO_SERVER_NAMES", "a:1"}}).starts_with("FACIO_SERVER_NAMES"));
  for (const char* bad : {"placet.example", "https://", "https://a/b", "https://a?b", "localhost:80"}) {
    CAPTURE(bad);
    CHECK(refused({{"allowed_origin", {bad}}}).starts_with("--allowed-origin: \""));
    CHECK(refused({}, {{"FACIO_ALLOWED_ORIGINS", bad}}).starts_with("FACIO_ALLOWED_ORIGINS: \""));
  }
  for (const char* good : {"*", "null", "http://a:8080", "chrome-extension://abc"})
    CHECK(options_from({{"allowed_origin", {good}}}, Variables({})));
  CHECK(options_from({{"allowed_origin", {"HTTPS://A.example/"}}}, Variables({}))->allowed_origins ==
        std::vector<std::string>{"https://a.example"});
}

TEST_CASE("what a service manager says counts only if it is meant for this process") {
  const auto watchdog = [](std::map<std::string, std::string, std::less<>> variables) {
    const auto options = options_from({}, Variables(std::move(variables)));
    REQUIRE(options);
    return options->watchdog_us;
  };
  CHECK(watchdog({}) == 0);
  CHECK(watchdog({{"WATCHDOG_USEC", "60000000"}}) == 60'000'000);
  CHECK(watchdog({{"WATCHDOG_USEC", "60000000"}, {"WATCHDOG_PID", std::to_string(::getpid())}}) == 60'000'000);
  CHECK(watchdog({{"WATCHDOG_USEC", "60000000"}, {"WATCHDOG_PID", "1"}}) == 0);
  CHECK(watchdog({{"WATCHDOG_USEC", "soon"}}) == 0);
  CHECK(watchdog({{"WATCHDOG_USEC", "-1"}}) == 0);
  CHECK(!options_from({}, Variables({}))->listen_given);
  CHECK(options_from({{"listen", {":9001"}}}, Variables({}))->listen_given);
}

TEST_CASE("addresses") {
  CHECK(parse_listen_address("[::1]:80")->host == "::1");
  CHECK(parse_listen_address("[::1]:80")->loopback);
  CHECK(!parse_listen_address("[::]:80")->loopback);
  CHECK(!parse_listen_address("0.0.0.0:80")->loopback);
  CHECK(parse_listen_address("127.9.9.9:80")->loopback);
  CHECK(parse_listen_address("localhost:0")->host == "127.0.0.1");
  CHECK(parse_listen_address("unix:/a/b")->unix_path == "/a/b");
  CHECK(options_from({{"listen", {"0.0.0.0:1"}}, {"behind_proxy", {"true"}}}, Variables({})));
}

TEST_CASE("a flag beats the environment, and that the file") {
  const SettingsFile file{.path = "g.yaml",
                          .settings = {{"api.port", {"8901"}, false, 1},
                                       {"api.host", {"::1"}, false, 2},
                                       {"api.timeout", {"90"}, false, 3},
                                       {"api.allowedOrigins", {"https://a.example", "https://b.example"}, true, 4},
                                       {"api.rateLimitRpm", {"5"}, false, 5},
                                       {"api.managementEnabled", {"FALSE"}, false, 6},
                                       {"api.a2aEnabled", {"on"}, false, 7}}};
  const Variables variables({{"FACIO_API_PORT", "8902"},
                             {"FACIO_ALLOWED_ORIGINS", "https://c.example"},
                             {"FACIO_RATE_LIMIT_RPM", "6"},
                             {"FACIO_MANAGEMENT_ENABLED", "True"},
                             {"FACIO_A2A_ENABLED", "off"}});
  const auto alone = options_from({}, Variables({}), file);
  REQUIRE(alone);
  CHECK(alone->listen.host + " " + alone->listen.port == "::1 8901");
  CHECK(alone->chat_timeout_ms == 90'000);
  CHECK(alone->allowed_origins == std::vector<std::string>{"https://a.example", "https://b.example"});
  CHECK(alone->rate_limit_rpm == 5);
  CHECK((!alone->management && alone->a2a));
  const auto both = options_from({}, variables, file);
  REQUIRE(both);
  CHECK(both->listen.host + " " + both->listen.port == "::1 8902");
  CHECK(both->allowed_origins == std::vector<std::string>{"https://c.example"});
  CHECK(both->rate_limit_rpm == 6);
  CHECK((both->management && !both->a2a));
  const auto all = options_from({{"listen", {"127.0.0.1:8903"}},
                                 {"chat_timeout", {"2m"}},
                                 {"allowed_origin", {"https://d.example"}},
                                 {"rate_limit_rpm", {"7"}},
                                 {"no_management", {}},
                                 {"a2a", {}}},
                                variables, file);
  REQUIRE(all);
  CHECK(all->listen.host + " " + all->listen.port == "127.0.0.1 8903");
  CHECK(all->chat_timeout_ms == 120'000);
  CHECK(all->allowed_origins == std::vector<std::string>{"https://d.example"});
  CHECK(all->rate_limit_rpm == 7);
  CHECK((!all->management && all->a2a));
}

}  // namespace facio::serve
