#include "cli/core/validate.hpp"

#include <catch2/catch.hpp>

#include "cli/core/encoding.hpp"
#include "cli/core/secret.hpp"
#include "cli/core/shape_json.hpp"
#include "commands/facio/chat/shapes.hpp"
#include "commands/facio/credentials/shapes.hpp"
#include "commands/facio/cron/shapes.hpp"
#include "commands/facio/policy/shapes.hpp"
#include "commands/facio/workspace/shapes.hpp"

using namespace facio;

namespace {

std::string problem(std::string_view json, const Shape& shape, Direction direction = Direction::request) {
  const auto document = JsonDocument::parse(json);
  REQUIRE(document);
  const auto status = validate(document->root(), shape, direction);
  return status ? "" : status.error().message();
}

}  // namespace

TEST_CASE("a body is checked member by member") {
  const Shape& shape = shape_of<CronCreate>;
  CHECK(problem(R"({"name":"x","schedule":{"kind":"every","every_ms":1000},"unknown":1})", shape) == "");
  CHECK(problem(R"([])", shape) == "body: must be an object");
  CHECK(problem(R"({"schedule":{"kind":"every"}})", shape) == "name: is required");
  CHECK(problem(R"({"name":"  ","schedule":{"kind":"every"}})", shape) == "name: must not be blank");
  CHECK(problem(R"({"name":7,"schedule":{"kind":"every"}})", shape) == "name: must be a string");
  CHECK(problem(R"({"name":"x","schedule":{"kind":"weekly"}})", shape) == "schedule.kind: must be one of at, every, cron");
  CHECK(problem(R"({"name":"x","schedule":{"kind":"every","every_ms":999}})", shape) == "schedule.every_ms: must be at least 1000 (1s)");
  CHECK(problem(R"({"name":"x","schedule":{"kind":"every","every_ms":1000.5}})", shape) == "schedule.every_ms: must be a whole number");
  CHECK(problem(R"({"name":"x","schedule":{"kind":"every","every_ms":1000,"at_ms":null}})", shape) == "");
  CHECK(problem(R"({"name":null,"schedule":{"kind":"every","every_ms":1000}})", shape) == "name: must not be null");
  CHECK(problem(R"({"name":"x","schedule":{"kind":"every","every_ms":1000},"scripts":["a",1]})", shape) == "scripts[1]: must be a string");
  CHECK(problem(R"({"name":"x","schedule":{"kind":"cron","expr":"0 7 * * 1-5","tz":"Mars/Base"}})", shape)
            .find("schedule.tz: \"Mars/Base\" is not a known time zone") == 0);
  CHECK(problem(R"({"name":"x","schedule":{"kind":"cron","expr":"61 * * * *"}})", shape).find("schedule.expr: ") == 0);
}

TEST_CASE("an object has one of its shape's forms") {
  const Shape& schedule = shape_of<CronSchedule>;
  CHECK(problem(R"({"kind":"at","at_ms":4102444800000})", schedule) == "");
  CHECK(problem(R"({"kind":"cron","expr":"0 7 * * *","tz":"Europe/Berlin","at_ms":null})", schedule) == "");
  CHECK(problem(R"({"kind":"at"})", schedule) == "at_ms: is required with kind at");
  CHECK(problem(R"({"kind":"every","every_ms":1000,"tz":"UTC"})", schedule) == "tz: has no meaning with kind every; leave it out");
  CHECK(problem(R"({"every_ms":5000,"expr":"0 7 * * *"})", schedule, Direction::patch) == "");  // completed by what is there
  CHECK(problem("{}", shape_of<PolicySettingsChange>, Direction::patch) == "body: give enabled or skipCron, or both");
  CHECK(problem(R"({"enabled":true,"deliver":7})", shape_of<PolicySettingsChange>, Direction::patch) == "");
  CHECK(problem(R"({"exposed":false,"for_s":60})", shape_of<CredentialExposed>) ==
        "for_s: has no meaning with exposed false; leave it out");
  CHECK(problem(R"({"for_s":60})", shape_of<CredentialExposed>) == "exposed: is required");
  CHECK(problem(R"({"content":"a","encoding":"base64"})", shape_of<WorkspaceWrite>).starts_with("content: is no base64"));
  CHECK(problem(R"({"content":"a","encoding":"utf-8"})", shape_of<WorkspaceWrite>) == "");
  CHECK(problem(R"({"baseUrl":null})", shape_of<ProviderSet>) == "");  // an alias, and null takes the address back
  CHECK(problem(R"({"apiBase":"https://a.example?b"})", shape_of<ProviderSet>).starts_with("apiBase: must be an absolute URL"));
}

TEST_CASE("numbers without a fraction are whole, and lists and open values are what they say") {
  CHECK(problem(R"({"kind":"every","every_ms":60000.0})", shape_of<CronSchedule>) == "");
  CHECK(problem(R"({"kind":"every","every_ms":1e300})", shape_of<CronSchedule>) == "every_ms: must be a whole number");
  CHECK(from_json<CronSchedule>(R"({"kind":"every","every_ms":60000.0})")->every_ms == 60000);
  CHECK_FALSE(from_json<CronSchedule>(R"({"kind":"every","every_ms":60000.5})"));
  const Shape& chat = shape_of<ChatRequest>;
  CHECK(problem(R"({"messages":[{"role":"user","content":[]}]})", chat) == "");
  CHECK(problem(R"({"messages":[]})", chat) ==
        "messages: must contain exactly one message of the user: the agent keeps the history itself, by session_id, and does not accept "
        "messages of the roles system and developer; put instructions into AGENTS.md in the workspace");
  CHECK(problem(R"({"messages":[{"role":"user","content":7}]})", chat) == "messages[0].content: must be a string or an array");
  CHECK(problem(R"({"messages":[],"stream":true})", chat, Direction::sent) == "");  // the agent decides
  CHECK(problem(R"({"extraHeaders":{"a b":"c"}})", shape_of<ProviderSet>) ==
        "extraHeaders: \"a b\" is not a header name; use letters, digits and -");
}

TEST_CASE("a patch requires nothing but checks what is there") {
  CHECK(problem(R"({})", shape_of<CronCreate>, Direction::patch) == "");
  CHECK(problem(R"({"schedule":{"every_ms":5}})", shape_of<CronCreate>, Direction::patch) ==
        "schedule.every_ms: must be at least 1000 (1s)");
}

TEST_CASE("a reply must be what was declared") {
  CHECK(problem(R"({"id":"a","queued":true,"more":1})", shape_of<CronQueued>, Direction::reply) == "");  // an open shape
  CHECK(problem(R"({"id":"a"})", shape_of<CronQueued>, Direction::reply) == "queued: is required");
  CHECK(problem(R"({"kind":"at","surprise":1})", shape_of<CronSchedule>, Direction::reply) == "surprise: is not declared in CronSchedule");
}

TEST_CASE("text values are checked by type and format") {
  const auto check = [](std::string_view text, const Type& type, Attr attr) {
    const Field field{"limit", "", &type, true, attr};
    const auto status = validate_text(text, field, "--limit");
    return status ? std::string() : status.error().message();
  };
  static constexpr Type integer{Kind::integer, nullptr, nullptr};
  static constexpr Type number{Kind::number, nullptr, nullptr};
  static constexpr Type boolean{Kind::boolean, nullptr, nullptr};
  static constexpr Type string{Kind::string, nullptr, nullptr};
  CHECK(check("5", integer, {.min = 1, .max = 10}) == "");
  CHECK(check("0", integer, {.min = 1, .max = 10}) == "--limit: must be at least 1");
  CHECK(check("11", integer, {.min = 1, .max = 10}) == "--limit: must be at most 10");
  CHECK(check("5x", integer, {}) == "--limit: \"5x\" is not a whole number");
  CHECK(check("", integer, {}) == "--limit: \"\" is not a whole number");
  CHECK(check("0.5", number, {}) == "");
  CHECK(check("nan", number, {}) == "--limit: \"nan\" is not a number");
  CHECK(check("yes", boolean, {}) == "--limit: must be true or false");
  CHECK(check("a/../b", string, {.format = Format::path}) == "--limit: must not contain \"..\"");
  CHECK(check("a..b/c", string, {.format = Format::path}) == "");
  CHECK(check("/etc", string, {.format = Format::path}) == "--limit: must be relative to the workspace");
  CHECK(check("2026-02-30", string, {.format = Format::date}).find("is not a day") != std::string::npos);
}

TEST_CASE("what the agent decides is checked by the agent alone") {
  static constexpr Type integer{Kind::integer, nullptr, nullptr};
  static constexpr Type string{Kind::string, nullptr, nullptr};
  static constexpr std::string_view words[] = {"ok", "error"};
  const auto good = [](std::string_view text, const Type& type, Attr attr, Direction direction) {
    return validate_text(text, Field{"f", "", &type, true, attr}, "f", direction).has_value();
  };
  for (const bool agent : {false, true}) {
    const Attr range{.agent_decides = agent, .min = 1, .max = 10}, choice{.choices = words, .agent_decides = agent};
    CHECK(good("11", integer, range, Direction::sent) == agent);
    CHECK(good("new", string, choice, Direction::sent_patch) == agent);
    CHECK(good("Mars/Base", string, {.format = Format::zone, .agent_decides = agent}, Direction::sent) == agent);
    CHECK_FALSE(good("Mars/Base", string, {.format = Format::zone, .agent_decides = agent}, Direction::request));
    CHECK_FALSE(good("11", integer, range, Direction::request));
    CHECK_FALSE(good("new", string, choice, Direction::patch));
    CHECK_FALSE(good("many", integer, range, Direction::sent));
  }
}

TEST_CASE("lengths are those of characters, of a secret bytes") {
  static constexpr Type string{Kind::string, nullptr, nullptr};
  const auto good = [](const std::string& text, Attr attr) {
    return validate_text(text, Field{"f", "", &string, true, attr}, "f").has_value();
  };
  const auto times = [](std::size_t count, const char* what) {
    std::string text;
    while (count-- > 0) text += what;
    return text;
  };
  CHECK(good(times(1024, "ä"), {.format = Format::path}));
  CHECK_FALSE(good(times(1025, "ä"), {.format = Format::path}));
  CHECK(good(times(10, "😀"), {.max_length = 10}));
  CHECK_FALSE(good(times(11, "a"), {.max_length = 10}));
  CHECK_FALSE(good(times(10, "ä"), {.secret = true, .max_length = 10}));
  CHECK_FALSE(good(times(11, "\xff"), {.max_length = 10}));
}

TEST_CASE("named patterns accept exactly what their expressions say") {
  const auto matches = [](std::string_view name, std::string_view text) { return find_pattern(name)->matches(text); };
  CHECK(matches("key", "_A9"));
  CHECK_FALSE(matches("key", "9A"));
  CHECK_FALSE(matches("key", std::string(129, 'A')));
  CHECK(matches("mcp-name", "a-B_9"));
  CHECK_FALSE(matches("mcp-name", "a.b"));
  CHECK(matches("channel-name", "telegram"));
  CHECK_FALSE(matches("channel-name", "Telegram"));
  CHECK_FALSE(matches("alias", ".."));
  CHECK(matches("alias", "a.b"));
  CHECK(matches("sha", "0123abc"));
  CHECK_FALSE(matches("sha", "0123ab"));
  CHECK(matches("secret-key", "provider"));
  CHECK_FALSE(matches("secret-key", "providers"));
  CHECK(matches("http-url", "HTTPS://[::1]:8443/a?b"));
  for (const char* wrong : {"ftp://a", "http://", "http://a b", "http://me@a/", "http://a/#b", "http://a:1234567", "http:///a"})
    CHECK_FALSE(matches("http-url", wrong));
  CHECK_FALSE(matches("http-base", "http://a/?b"));
  CHECK(matches("usage-groups", "date,,session_key"));
  CHECK(matches("usage-groups", "day,run,,cron"));
  CHECK_FALSE(matches("usage-groups", "days"));
  CHECK_FALSE(matches("usage-groups", "day, run"));
  CHECK(find_pattern("nothing") == nullptr);
}

TEST_CASE("path segments are encoded as encodeURIComponent does") {
  CHECK(percent_encode("api:default") == "api%3Adefault");
  CHECK(percent_encode("a/b c+d") == "a%2Fb%20c%2Bd");
  CHECK(percent_encode("-_.!~*'()") == "-_.!~*'()");
  CHECK(percent_encode("\xC3\xA9") == "%C3%A9");
  CHECK(percent_decode("a%2Fb%20c", false).value() == "a/b c");
  CHECK(percent_decode("a+b", true).value() == "a b");
  CHECK(percent_decode("a+b", false).value() == "a+b");
  for (const char* wrong : {"%", "%2", "%zz", "%00", "%ff"}) CHECK_FALSE(percent_decode(wrong, false));
  for (int c = 1; c < 128; ++c) {
    const std::string text(1, static_cast<char>(c));
    CHECK(percent_decode(percent_encode(text), false).value() == text);
  }
}

TEST_CASE("secrets compare by content") {
  CHECK(equal_in_constant_time("abc", "abc"));
  CHECK_FALSE(equal_in_constant_time("abc", "abd"));
  CHECK_FALSE(equal_in_constant_time("abc", "ab"));
  CHECK_FALSE(equal_in_constant_time("", "a"));
  CHECK(equal_in_constant_time("", ""));
}
