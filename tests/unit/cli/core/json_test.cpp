#include "cli/core/json.hpp"

#include <catch2/catch.hpp>
#include <ctime>

#include "cli/core/shape_json.hpp"
#include "commands/facio/cron/shapes.hpp"

using namespace facio;

TEST_CASE("a parsed document keeps order and kinds") {
  const auto document = JsonDocument::parse(R"({"b":1,"a":[true,null,"x",1.5],"n":{"m":-7}})");
  REQUIRE(document);
  const JsonRef root = document->root();
  CHECK(root.size() == 3);
  CHECK(root.name_at(0) == "b");
  CHECK(root.get("b").integer() == 1);
  CHECK(root.get("a").at(0).boolean());
  CHECK(root.get("a").at(1).is_null());
  CHECK(root.get("a").at(2).string() == "x");
  CHECK(root.get("a").at(3).kind() == JsonKind::number);
  CHECK(root.find("n.m").integer() == -7);
  CHECK_FALSE(root.find("n.x.y"));
  CHECK_FALSE(root.get("missing"));
  CHECK(document->dump() == R"({"b":1,"a":[true,null,"x",1.5],"n":{"m":-7}})");
}

TEST_CASE("malformed JSON is refused with its place") {
  const auto document = JsonDocument::parse("{\n  \"a\": 1,\n  oops\n}");
  REQUIRE_FALSE(document);
  CHECK(document.error().code() == Code::rejected);
  CHECK_THAT(document.error().message(), Catch::Contains("line 3"));
  for (const char* wrong : {"", "{", "[1,]", "{\"a\":1}x", "nul", "\"\xff\"", "1e999"}) CHECK_FALSE(JsonDocument::parse(wrong));
}

TEST_CASE("deep nesting is refused before it is built") {
  CHECK(JsonDocument::parse(std::string(64, '[') + std::string(64, ']')));
  CHECK_FALSE(JsonDocument::parse(std::string(65, '[') + std::string(65, ']')));
  CHECK_FALSE(JsonDocument::parse(std::string(1'000'000, '[')));
  CHECK(JsonDocument::parse("\"" + std::string(100, '[') + "\""));
}

TEST_CASE("of members with one name the last value counts, in the first one's place") {
  CHECK(JsonDocument::parse(R"({"a":1,"b":2,"a":{"c":3}})")->dump() == R"({"a":{"c":3},"b":2})");
  std::string wide = "{";
  for (int i = 0; i < 40; ++i) wide += "\"k" + std::to_string(i % 20) + "\":" + std::to_string(i) + ",";
  wide.back() = '}';
  const auto document = JsonDocument::parse(wide);
  REQUIRE(document);
  CHECK(document->root().size() == 20);
  CHECK(document->root().name_at(19) == "k19");
  CHECK(document->root().get("k0").integer() == 20);
  CHECK(document->root().get("k19").integer() == 39);
}

TEST_CASE("wide objects are read and merged in time that grows as they do") {
  const auto wide = [](int members) {
    std::string text = "{";
    for (int i = 0; i < members; ++i) text += "\"" + std::to_string(i) + "\":1,";
    text.back() = '}';
    return text;
  };
  const auto spent = [&](int members) {
    const std::string text = wide(members);
    const std::clock_t begun = std::clock();
    auto document = JsonDocument::parse(text);
    REQUIRE(document);
    const auto other = JsonDocument::parse(text);
    document->merge(other->root());
    CHECK(document->root().size() == static_cast<std::size_t>(members));
    return static_cast<double>(std::clock() - begun);
  };
  // Eight times the members take eight times as long, and a little more for the sorting; it was 64 times.
  CHECK(spent(80'000) < 24 * std::max(spent(10'000), 1000.0));
}

TEST_CASE("values are set along paths and merged deeply") {
  JsonDocument document = JsonDocument::object();
  document.set_string("a.b", "x");
  document.set_integer("a.c", 3);
  document.append_string("list", "one");
  document.append_string("list", "two");
  REQUIRE(document.set_json("raw", R"({"k":[1]})"));
  CHECK(document.dump() == R"({"a":{"b":"x","c":3},"list":["one","two"],"raw":{"k":[1]}})");
  const auto other = JsonDocument::parse(R"({"a":{"c":4,"d":null},"list":[]})");
  document.merge(other->root());
  CHECK(document.dump() == R"({"a":{"b":"x","c":4,"d":null},"list":[],"raw":{"k":[1]}})");
  document.erase("a.b");
  CHECK_FALSE(document.root().find("a.b"));
  CHECK_FALSE(document.set_json("bad", "{"));
}

TEST_CASE("strings are escaped and repaired") {
  std::string out;
  append_json_string(out, "a\"\\\n\x01\xC3\xA9\xFFz");
  CHECK(out == "\"a\\\"\\\\\\n\\u0001\xC3\xA9\xEF\xBF\xBDz\"");
  CHECK(JsonDocument::parse(out));
}

TEST_CASE("a shape writes itself and reads itself") {
  CronJob job;
  job.id = "5f0c9a12";
  job.name = "report";
  job.schedule.kind = "cron";
  job.schedule.expr = "0 7 * * 1-5";
  job.payload.message = "hi";
  job.state.run_history = {{{.run_at_ms = 5, .status = "ok", .duration_ms = 2, .error = {}}}};
  const std::string text = to_json(job);
  CHECK_THAT(text, Catch::Contains(R"("schedule":{"kind":"cron","at_ms":null,"every_ms":null,"expr":"0 7 * * 1-5","tz":null})"));
  const auto again = from_json<CronJob>(text);
  REQUIRE(again);
  CHECK(to_json(*again) == text);
  CHECK(again->schedule == job.schedule);
}

TEST_CASE("reading names the member that is wrong") {
  CHECK(from_json<CronJob>(R"({"id":1})").error().message() == "id: must be a string");
  CHECK(from_json<CronSchedule>(R"({})").error().message() == "kind: is required");
  CHECK(from_json<CronState>(R"({"run_history":[{"run_at_ms":1,"status":"ok","duration_ms":1.5}]})").error().message() ==
        "run_history[0].duration_ms: must be a whole number");
  CHECK(from_json<CronState>("[]").error().field().empty());
}
