#include <catch2/catch.hpp>

#include "tests/unit/cli/output/rendering.hpp"

using namespace facio;
using namespace facio::test;

namespace {

constexpr Endpoint kOpen{.id = "thing.get"};
constexpr Endpoint kOpenList{.id = "thing.list", .form = ReplyForm::list, .key = "id"};
constexpr Endpoint kMap{.id = "channels.list", .form = ReplyForm::map, .items = "channels", .key = "name"};
constexpr Endpoint kWrapped{.id = "mcp.create", .unwrap = "server"};
constexpr Endpoint kText{.id = "versions.diff", .form = ReplyForm::text};

std::string shown(const Endpoint& endpoint, std::string_view body, OutputFormat format) {
  const auto result = rendered(endpoint, body, in_format(format));
  REQUIRE(result.status);
  return result.out;
}

}  // namespace

TEST_CASE("json keeps order, spelling, duplicates and unknown members") {
  CHECK(shown(kOpen, R"({ "z" : 1.10, "a":1e400,"z":"\u00e9\/","big":123456789012345678901234567890,"e":[],"o":{ },"n":[1,{"x":null}]})",
              OutputFormat::json) ==
        "{\n  \"z\": 1.10,\n  \"a\": 1e400,\n  \"z\": \"\\u00e9\\/\",\n  \"big\": 123456789012345678901234567890,\n  \"e\": [],\n  \"o\": "
        "{},\n"
        "  \"n\": [\n    1,\n    {\n      \"x\": null\n    }\n  ]\n}\n");
}

TEST_CASE("json of a list is the array, of a map the map, of a wrapped object its inside") {
  CHECK(shown(kOpenList, R"({"count":1,"items":[{"id":"a"}]})", OutputFormat::json) == "[\n  {\n    \"id\": \"a\"\n  }\n]\n");
  CHECK(shown(kMap, R"({"channels":{"web":{"on":true}}})", OutputFormat::json) == "{\n  \"web\": {\n    \"on\": true\n  }\n}\n");
  CHECK(shown(kWrapped, R"({"server":{"name":"x"}})", OutputFormat::json) == "{\n  \"name\": \"x\"\n}\n");
  CHECK(shown(kWrapped, R"({"name":"x"})", OutputFormat::json) == "{\n  \"name\": \"x\"\n}\n");
}

TEST_CASE("ndjson has one compact item on a line") {
  CHECK(shown(kOpenList, "{\"items\": [ {\"id\" : \"a b\\\"\" },\n {\"id\":2} ]}", OutputFormat::ndjson) ==
        "{\"id\":\"a b\\\"\"}\n{\"id\":2}\n");
  CHECK(shown(kMap, R"({"channels":{"web":{"on":true},"e":{}}})", OutputFormat::ndjson) ==
        "{\"name\":\"web\",\"on\":true}\n{\"name\":\"e\"}\n");
}

TEST_CASE("fields cut json down, through arrays, in the order sent") {
  auto options = in_format(OutputFormat::ndjson);
  options.fields = {"b.c", "a", "l.x"};
  const auto result = rendered(kOpenList, R"([{"a":1,"b":{"c":2,"d":3},"l":[{"x":1,"y":2},{"x":3}]},{"b":{"d":1}},{}])", options);
  REQUIRE(result.status);
  CHECK(result.out == "{\"a\":1,\"b\":{\"c\":2},\"l\":[{\"x\":1},{\"x\":3}]}\n{\"b\":{}}\n{}\n");
  options.fields = {"nowhere"};
  CHECK(rendered(kOpenList, R"([{"a":1}])", options).status.error().code() == Code::usage);
  options.fields = {};
  options.columns = {"a"};
  CHECK(rendered(kOpenList, R"([{"a":1}])", options).status.error().code() == Code::usage);
}

TEST_CASE("sorted json is whole") {
  auto options = in_format(OutputFormat::json);
  options.sort_by = "n";
  CHECK(rendered(kOpenList, R"({"items":[{"n":2},{"n":1}]})", options).out == "[\n  {\n    \"n\": 1\n  },\n  {\n    \"n\": 2\n  }\n]\n");
}

TEST_CASE("csv follows RFC 4180") {
  auto options = in_format(OutputFormat::csv);
  options.columns = {"id", "text", "n", "o"};
  const auto result =
      rendered(kOpenList, R"([{"id":"a,b","text":"say \"hi\"\nthere","n":1.50,"o":{"x": [1, 2]}},{"id":"","text":null}])", options);
  REQUIRE(result.status);
  CHECK(result.out == "id,text,n,o\r\n\"a,b\",\"say \"\"hi\"\"\nthere\",1.50,\"{\"\"x\"\":[1,2]}\"\r\n,,,\r\n");
}

TEST_CASE("tsv escapes its separators") {
  auto options = in_format(OutputFormat::tsv);
  options.columns = {"id", "text"};
  options.headers = false;
  CHECK(rendered(kOpenList, R"([{"id":"a\tb","text":"c\\d\ne"}])", options).out == "a\\tb\tc\\\\d\\ne\n");
}

TEST_CASE("names are area and key") {
  CHECK(shown(cron_endpoint("cron.list"), kJobs, OutputFormat::name) == "cron/5f0c9a12\ncron/0a\n");
  CHECK(shown(kMap, R"({"channels":{"web":{}}})", OutputFormat::name) == "channels/web\n");
  CHECK(rendered(kOpen, "{}", in_format(OutputFormat::name)).status.error().code() == Code::usage);
}

TEST_CASE("what is no JSON is refused with the place") {
  struct Case {
    const char* text;
    const char* why;
  };
  const std::string deep = std::string(65, '[') + std::string(65, ']');
  const Case cases[] = {
      {"+", "byte 1: value expected"},
      {"{\"a\":1,}", "byte 8: name expected"},
      {"[1 2]", "byte 4: ',' expected"},
      {"{\"a\":01}", "byte 7: ',' expected"},
      {"\"a\x01\"", "byte 3: control character in a string"},
      {"\"\\x\"", "byte 3: bad escape"},
      {"nul", "byte 1: unknown word"},
      {"{} x", "byte 4: something after the end"},
      {"\"\xff\"", "byte 2: invalid UTF-8"},
      {"[1", "byte 3: unfinished"},
      {"\"\\u12g4\"", "byte 6: bad \\u escape"},
      {"-", "byte 2: digit expected"},
      {deep.c_str(), "byte 66: more than 64 levels deep"},
  };
  for (const Case& one : cases) {
    const auto result = rendered(kOpen, one.text, in_format(OutputFormat::json));
    INFO(one.text);
    REQUIRE_FALSE(result.status);
    CHECK(result.status.error().code() == Code::server);
    CHECK(result.status.error().message() == std::string("the answer is not valid JSON: ") + one.why);
    CHECK(result.out.empty());
  }
  for (const char* nothing : {"", " \n"})
    CHECK(rendered(kOpen, nothing, in_format(OutputFormat::json)).status.error().message() == "the answer is empty");
  CHECK(rendered(kOpen, std::string(64, '[') + std::string(64, ']'), in_format(OutputFormat::json)).status);
}

TEST_CASE("text passes through, but cannot steer a terminal") {
  auto options = in_format(OutputFormat::table);
  CHECK(rendered(kText, "a\x1b[0m\n-b", options).out == "a\x1b[0m\n-b");
  options.terminal = true;
  CHECK(rendered(kText, "a\x1b[0m\n-b", options).out == "a\\x1b[0m\n-b\n");
}

TEST_CASE("a failed write is a failure") {
  class Full final : public Output {
   public:
    Status write(std::string_view) override { return fail(Code::output, "no space"); }
    Status flush() override { return fail(Code::output, "no space"); }
  } full;
  StringInput in("");
  StringOutput err;
  Streams streams{in, full, err};
  const auto status = render(kOpen, "{}", in_format(OutputFormat::json), streams);
  REQUIRE_FALSE(status);
  CHECK(status.error().code() == Code::output);
}

TEST_CASE("errors are one line, or an object") {
  const Error error =
      Error(Code::not_found, "no job \x1b[1m'x'\n").with_hint("facioctl cron list").with_http(404, "GET", "/api/v1/cron/x", "r1");
  CHECK(render_error(error, OutputFormat::table, "prod") == "facioctl: no job \\x1b[1m'x'\\n; try: facioctl cron list");
  CHECK(render_error(error, OutputFormat::json, "prod") ==
        R"({"error":{"code":"not-found","exit":5,"http":404,"message":"no job \u001b[1m'x'\n","hint":"facioctl cron list","agent":"prod",)"
        R"("method":"GET","path":"/api/v1/cron/x","retryable":false,"requestId":"r1"}})");
  CHECK(render_error(Error(Code::timeout, "m"), OutputFormat::yaml, "") ==
        R"({"error":{"code":"timeout","exit":12,"message":"m","retryable":true}})");
}

TEST_CASE("colour is decided in the usual order") {
  class Fixed final : public Environment {
   public:
    Fixed(std::initializer_list<std::pair<const std::string, std::string>> values) : values_(values) {}
    [[nodiscard]] std::optional<std::string_view> look_up(std::string_view name) const override {
      const auto found = values_.find(name);
      return found == values_.end() ? std::nullopt : std::optional<std::string_view>(found->second);
    }

   private:
    std::map<std::string, std::string, std::less<>> values_;
  };
  CHECK(decide_color(ColorMode::always, Fixed({{"NO_COLOR", "1"}}), false));
  CHECK_FALSE(decide_color(ColorMode::never, Fixed({{"FORCE_COLOR", "1"}}), true));
  CHECK_FALSE(decide_color(ColorMode::automatic, Fixed({{"NO_COLOR", "1"}, {"FORCE_COLOR", "1"}}), true));
  CHECK(decide_color(ColorMode::automatic, Fixed({{"CLICOLOR_FORCE", "1"}}), false));
  CHECK_FALSE(decide_color(ColorMode::automatic, Fixed({{"FORCE_COLOR", "0"}}), false));
  CHECK_FALSE(decide_color(ColorMode::automatic, Fixed({{"TERM", "dumb"}}), true));
  CHECK_FALSE(decide_color(ColorMode::automatic, Fixed({{"CLICOLOR", "0"}}), true));
  CHECK(decide_color(ColorMode::automatic, Fixed({{"CLICOLOR", "1"}, {"TERM", "xterm"}}), true));
  CHECK(decide_color(ColorMode::automatic, Fixed({{"CLICOLOR", "0"}, {"CLICOLOR_FORCE", "1"}}), true));
  CHECK(decide_color(ColorMode::automatic, Fixed({{"TERM", "xterm"}}), true));
  CHECK_FALSE(decide_color(ColorMode::automatic, Fixed({}), false));
}

TEST_CASE("formats by name") {
  OutputFormat format = OutputFormat::table;
  for (const auto* word : {"table", "wide", "json", "ndjson", "yaml", "csv", "tsv", "name"}) {
    CHECK(parse_output_format(word, format));
  }
  CHECK(format == OutputFormat::name);
  CHECK_FALSE(parse_output_format("xml", format));
  CHECK_FALSE(parse_output_format("jsonpath", format));
  std::string expression;
  CHECK(parse_output_format("jsonpath={.items[*].id}", format, &expression));
  CHECK((format == OutputFormat::jsonpath && expression == "{.items[*].id}"));
}

TEST_CASE("fields help tells every field with type and meaning") {
  const std::string help = fields_help(cron_endpoint("cron.list"));
  CHECK(help.find("schedule.every_ms") != std::string::npos);
  CHECK(help.find("state.run_history.duration_ms") != std::string::npos);
  CHECK(help.find("integer (epoch ms)") != std::string::npos);
}

TEST_CASE("JSON that is not of the declared form is refused with a sentence") {
  for (const auto* body : {"\"text\"", "null", "12", "{}", R"({"jobs":[]})", R"({"items":{}})", R"({"items":"x"})"}) {
    for (const auto format : {OutputFormat::table, OutputFormat::json, OutputFormat::name, OutputFormat::csv}) {
      INFO(body);
      const auto result = rendered(cron_endpoint("cron.list"), body, in_format(format));
      REQUIRE_FALSE(result.status);
      CHECK(result.status.error().code() == Code::server);
      CHECK(result.status.error().message().find("expected an object with the array \"items\", but got ") != std::string::npos);
      CHECK(result.out.empty());
    }
  }
  for (const auto* body : {"\"text\"", "[]", "null"})
    CHECK_FALSE(rendered(cron_endpoint("cron.get"), body, in_format(OutputFormat::json)).status);
}

TEST_CASE("older spellings of a list are understood") {
  const Endpoint sessions{.id = "sessions.list", .form = ReplyForm::list};
  for (const auto* body : {R"({"items":[{"key":1}]})", R"({"sessions":[{"key":1}]})", R"([{"key":1}])"}) {
    const auto result = rendered(sessions, body, in_format(OutputFormat::ndjson));
    REQUIRE(result.status);
    CHECK(result.out == "{\"key\":1}\n");
  }
}

TEST_CASE("a list that the agent cut says so") {
  const std::string body = R"({"items":[{"a":1}],"hasMore":true})";
  const Endpoint plain{.id = "thing.list", .form = ReplyForm::list};
  CHECK(rendered(plain, body, in_format(OutputFormat::json)).err.find("truncated its answer after 1; there is more") != std::string::npos);
  auto quiet = in_format(OutputFormat::json);
  quiet.quiet = true;
  CHECK(rendered(plain, body, quiet).err.empty());
  CHECK(rendered(plain, R"({"items":[{"a":1}],"hasMore":false})", in_format(OutputFormat::json)).err.empty());
  static constexpr Param kLimit[] = {query_param("limit", types::integer, "most")};
  const Endpoint paged{.id = "thing.list", .params = kLimit, .form = ReplyForm::list};
  CHECK(rendered(paged, body, in_format(OutputFormat::json)).err == "1 shown; more with --limit\n");
  CHECK(rendered(paged, body, in_format(OutputFormat::table)).err == "1 shown; more with --limit\n");
}

TEST_CASE("plain values have a column of their own, never silence") {
  const auto shown = [](std::string_view body, OutputFormat format) {
    StringInput in("");
    StringOutput out, err;
    Streams streams{in, out, err};
    auto options = in_format(format);
    options.format_given = true;
    REQUIRE(render_json(body, options, streams));
    return out.text();
  };
  CHECK(shown(R"("builtin")", OutputFormat::csv) == "value\r\nbuiltin\r\n");
  CHECK(shown(R"("builtin")", OutputFormat::table) == "builtin\n");
  CHECK(shown(R"(["a","b c",3])", OutputFormat::tsv) == "value\na\nb c\n3\n");
  CHECK(shown(R"(["a","b c",3])", OutputFormat::table) == "VALUE\na\nb c\n3\n");
  CHECK(shown(R"({"items":[{"a":1}]})", OutputFormat::table) == "A\n1\n");
}
