#include <catch2/catch.hpp>
#include <sstream>

#include "cli/catalogue/system.hpp"
#include "tests/unit/cli/output/rendering.hpp"

using namespace facio;
using namespace facio::test;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// A list endpoint without declared columns and with nothing known about its items.
constexpr Endpoint kOpenList{.id = "thing.list", .summary = "List things", .form = ReplyForm::list};

}  // namespace

TEST_CASE("a table is aligned, and a schedule is one phrase") {
  const auto result = rendered(cron_endpoint("cron.list"), kJobs, in_format(OutputFormat::table));
  REQUIRE(result.status);
  CHECK(result.count == 2);
  CHECK(result.out ==
        "ID        NAME    ENABLED  SCHEDULE                        NEXT                  LAST  STATUS\n"
        "5f0c9a12  report  true     cron 0 7 * * 1-5 Europe/Berlin  2026-11-20T09:00:00Z  -     ok\n"
        "0a        日記    false    every 1h                        -                     -     -\n");
}

TEST_CASE("on a terminal times are relative") {
  auto options = in_format(OutputFormat::table);
  options.terminal = true;
  options.columns = {"next"};
  const auto result = rendered(cron_endpoint("cron.list"), kJobs, options);
  REQUIRE(result.status);
  CHECK(lines_of(result.out).at(1) == format_relative(1795165200000, options.now_ms));
}

TEST_CASE("no line is wider than the terminal, whatever the script") {
  const std::string body =
      R"({"items":[{"a":"日本語のとても長い名前です","b":"plain text that is rather long","c":"e\u0301e\u0301e\u0301"},)"
      R"({"a":"👩‍🚀👍🏽","b":"x","c":"short"}]})";
  for (const int width : {18, 20, 25, 31, 40, 60}) {
    auto options = in_format(OutputFormat::table);
    options.width = width;
    options.terminal = true;
    const auto result = rendered(kOpenList, body, options);
    REQUIRE(result.status);
    for (const auto& line : lines_of(result.out)) {
      INFO(width << ": " << line);
      CHECK(cell_width(line) <= width);
    }
  }
  const auto uncut = rendered(kOpenList, body, in_format(OutputFormat::table));
  CHECK(uncut.out.find("日本語のとても長い名前です") != std::string::npos);
  CHECK(uncut.out.find("…") == std::string::npos);
}

TEST_CASE("findings are never shortened, and go on in their columns") {
  auto options = in_format(OutputFormat::table);
  options.width = 40;
  options.headers = false;
  const auto result = rendered(
      kOpenList, R"([{"id":"ab","message":"something is wrong with this file","fix":"facioctl auth login prod --storage file"}])", options);
  CHECK(result.out ==
        "ab  something is       facioctl auth\n"
        "    wrong with this    login prod\n"
        "    file               --storage file\n");
}

TEST_CASE("severities are coloured as statuses are") {
  auto options = in_format(OutputFormat::table);
  options.colored = true;
  options.headers = false;
  const auto result =
      rendered(kOpenList, R"([{"severity":"error"},{"severity":"warning"},{"severity":"ok"},{"severity":"info"}])", options);
  CHECK(result.out == "\x1b[31merror\x1b[0m\n\x1b[33mwarning\x1b[0m\n\x1b[32mok\x1b[0m\ninfo\n");
}

TEST_CASE("the widest columns give first") {
  auto options = in_format(OutputFormat::table);
  options.width = 20;
  options.headers = false;
  const auto result = rendered(kOpenList, R"([{"a":"abc","b":"0123456789012345678901234567890"}])", options);
  CHECK(result.out == "abc  01234567890123…\n");
}

TEST_CASE("cells count by terminal width") {
  CHECK(cell_width("abc") == 3);
  CHECK(cell_width("日本") == 4);
  CHECK(cell_width("e\xCC\x81") == 1);  // combining acute accent
  CHECK(cell_width("👍") == 2);
  CHECK(cell_width("ﾊﾝ") == 2);  // halfwidth katakana
  CHECK(cell_width("한글") == 4);
  CHECK(cell_width("a\xE2\x80\x8B"
                   "b") == 2);  // zero-width space
}

TEST_CASE("nothing from outside can steer the terminal") {
  CHECK(printable("\x1b[31mred\x07") == "\\x1b[31mred\\x07");
  CHECK(printable("a\nb\tc\r") == "a\\nb\\tc\\r");
  CHECK(printable("\xC2\x9B"
                  "31m") == "\\u009b31m");  // the one-byte CSI
  CHECK(printable("abc\xE2\x80\xAE"
                  "txt") == "abc\\u202etxt");  // right-to-left override
  CHECK(printable("\xFF\xC0\x80") == "\\xff\\xc0\\x80");
  CHECK(printable("naïve 日本 👍") == "naïve 日本 👍");
  const auto result = rendered(kOpenList, R"([{"na\u001bme":"x\u001b]0;owned\u0007y"}])", in_format(OutputFormat::table));
  REQUIRE(result.status);
  CHECK(result.out.find('\x1b') == std::string::npos);
  CHECK(result.out.find("\\x1b]0;owned\\x07") != std::string::npos);
}

TEST_CASE("columns are chosen, added and removed") {
  auto options = in_format(OutputFormat::table);
  options.columns = {"name", "last_error", "payload.message"};
  CHECK(lines_of(rendered(cron_endpoint("cron.list"), kJobs, options).out).front() == "NAME    ERROR  MESSAGE");
  options.columns = {"+zone", "-schedule", "-next", "-id"};
  CHECK(lines_of(rendered(cron_endpoint("cron.list"), kJobs, options).out).front() == "NAME    ENABLED  LAST  STATUS  ZONE");
  options.columns = {"extra"};  // not declared, but sent
  CHECK(lines_of(rendered(cron_endpoint("cron.list"), kJobs, options).out).at(1) == "1.50");
  options.columns = {};
  options.fields = {"state.last_status"};
  options.headers = false;
  CHECK(rendered(cron_endpoint("cron.list"), kJobs, options).out == "ok\n-\n");
}

TEST_CASE("an unknown column is an error that names the nearest") {
  auto options = in_format(OutputFormat::table);
  options.columns = {"nmae"};
  const auto result = rendered(cron_endpoint("cron.list"), kJobs, options);
  REQUIRE_FALSE(result.status);
  CHECK(result.status.error().code() == Code::usage);
  CHECK(result.status.error().message() == "--columns: there is no field 'nmae'; the nearest is 'name'");
  CHECK(result.status.error().hint() == "facioctl cron list --fields help");
  CHECK(result.out.empty());
}

TEST_CASE("sorting is typed and stable, and missing values come last") {
  const std::string body = R"([{"n":10,"k":"a"},{"n":9,"k":"b"},{"k":"c"},{"n":null,"k":"d"},{"n":9,"k":"e"},{"n":-1.5e1,"k":"f"}])";
  auto options = in_format(OutputFormat::table);
  options.headers = false;
  options.columns = {"k"};
  options.sort_by = "n";
  CHECK(rendered(kOpenList, body, options).out == "f\nb\ne\na\nc\nd\n");
  options.sort_by = "n:desc";
  CHECK(rendered(kOpenList, body, options).out == "a\nb\ne\nf\nc\nd\n");
  options.sort_by = "n:up";
  CHECK(rendered(kOpenList, body, options).status.error().code() == Code::usage);
  options.sort_by = "zz";
  CHECK(rendered(kOpenList, body, options).status.error().code() == Code::usage);
}

TEST_CASE("an empty list prints nothing, and says so to a person") {
  const auto table = rendered(cron_endpoint("cron.list"), R"({"items":[],"count":0})", in_format(OutputFormat::table));
  CHECK(table.out.empty());
  CHECK(table.err == "no cron jobs\n");
  CHECK(table.count == 0);
  const auto json = rendered(cron_endpoint("cron.list"), R"({"items":[]})", in_format(OutputFormat::json));
  CHECK(json.out == "[]\n");
  CHECK(json.err.empty());
  for (const auto format : {OutputFormat::ndjson, OutputFormat::csv, OutputFormat::tsv, OutputFormat::name})
    CHECK(rendered(cron_endpoint("cron.list"), R"({"items":[]})", in_format(format)).out.empty());
}

TEST_CASE("one object is shown as fields and values") {
  const auto result =
      rendered(cron_endpoint("cron.get"),
               R"({"id":"a1","name":"n","enabled":true,"schedule":{"kind":"at","at_ms":1798794000000},)"
               R"("payload":{"message":"line one\nline two","deliver":false},)"
               R"("state":{"next_run_at_ms":null,"run_history":[{"run_at_ms":1795161600000,"status":"ok","duration_ms":1500,"error":null},)"
               R"({"run_at_ms":1795165200000,"status":"error","duration_ms":20,"error":"no"}]},"delete_after_run":true})",
               in_format(OutputFormat::table));
  REQUIRE(result.status);
  const std::string second = format_duration(1500);
  CHECK(result.out ==
        "FIELD                 VALUE\n"
        "id                    a1\n"
        "name                  n\n"
        "enabled               true\n"
        "schedule              at 2027-01-01T09:00:00Z\n"
        "payload.message       line one\n"
        "                      line two\n"
        "payload.deliver       false\n"
        "state.next_run_at_ms  -\n"
        "state.run_history     2026-11-20T08:00:00Z  ok  " +
            second +
            "\n"
            "                      2026-11-20T09:00:00Z  error  20ms  no\n"
            "delete_after_run      true\n");
}

TEST_CASE("headings are bold and status words coloured only when asked") {
  auto options = in_format(OutputFormat::table);
  options.columns = {"status", "name"};
  CHECK(rendered(cron_endpoint("cron.list"), kJobs, options).out.find('\x1b') == std::string::npos);
  options.colored = true;
  const auto coloured = rendered(cron_endpoint("cron.list"), kJobs, options).out;
  CHECK(lines_of(coloured).at(0) == "\x1b[1mSTATUS\x1b[0m  \x1b[1mNAME\x1b[0m");
  CHECK(lines_of(coloured).at(1) == "\x1b[32mok\x1b[0m      report");
}

TEST_CASE("times by style") {
  auto options = in_format(OutputFormat::table);
  options.columns = {"next"};
  options.headers = false;
  options.time = TimeStyle::unix_;
  CHECK(lines_of(rendered(cron_endpoint("cron.list"), kJobs, options).out).at(0) == "1795165200");
  options.time = TimeStyle::utc;
  options.terminal = true;
  CHECK(lines_of(rendered(cron_endpoint("cron.list"), kJobs, options).out).at(0) == "2026-11-20T09:00:00Z");
}

TEST_CASE("tables show times and measured spans to the second; machine formats keep all") {
  const std::string job =
      R"({"items":[{"id":"a","name":"n","enabled":true,"schedule":{"kind":"every","every_ms":5500},"payload":{"message":"x"},)"
      R"("state":{"next_run_at_ms":1795165200123}}]})";
  const auto table = rendered(cron_endpoint("cron.list"), job, in_format(OutputFormat::table));
  CHECK(table.out.find("2026-11-20T09:00:00Z") != std::string::npos);
  CHECK(table.out.find("every 5s500ms") != std::string::npos);  // chosen by somebody, so it is exact
  for (const auto& [ms, words] : {std::pair{"3723000", "every 3723s"}, {"3720000", "every 1h2m"}, {"86400000", "every 1d"}}) {
    const std::string one = std::string(R"({"items":[{"id":"a","schedule":{"kind":"every","every_ms":)") + ms + "}}]}";
    CHECK(rendered(cron_endpoint("cron.list"), one, in_format(OutputFormat::table)).out.find(std::string(words) + "  ") !=
          std::string::npos);
  }
  CHECK(rendered(cron_endpoint("cron.list"), job, in_format(OutputFormat::json)).out.find("1795165200123") != std::string::npos);
  const Endpoint& health = *find_endpoint("health.get");
  const std::string body = R"({"status":"ok","uptime":3720.447,"sessions":0,"version":"1"})";
  CHECK(rendered(health, body, in_format(OutputFormat::table)).out.find("uptime    1h2m\n") != std::string::npos);
  CHECK(rendered(health, body, in_format(OutputFormat::json)).out.find("3720.447") != std::string::npos);
}

TEST_CASE("one object on a terminal shows a time and how far away it is") {
  auto options = in_format(OutputFormat::table);
  options.terminal = true;
  const std::string job = R"({"id":"a","schedule":{"kind":"at","at_ms":1795165200000},"state":{"next_run_at_ms":1795165200000}})";
  const auto result = rendered(cron_endpoint("cron.get"), job, options);
  CHECK(result.out.find("2026-11-20T09:00:00Z (in 1h)\n") != std::string::npos);
  CHECK(result.out.find("at 2026-11-20T09:00:00Z\n") != std::string::npos);
  options.time = TimeStyle::relative;
  CHECK(rendered(cron_endpoint("cron.get"), job, options).out.find("in 1h\n") != std::string::npos);
}

TEST_CASE("the column of names is cut last") {
  auto options = in_format(OutputFormat::table);
  options.terminal = true;
  options.width = 40;
  const std::string jobs = R"({"items":[{"id":"0123456789abcdef0123","name":"a name that is rather long","enabled":true,)"
                           R"("schedule":{"kind":"every","every_ms":5000},"payload":{"message":"x"},"state":{}}]})";
  options.columns = {"id", "name"};
  const auto narrow = rendered(cron_endpoint("cron.list"), jobs, options);
  CHECK(lines_of(narrow.out).at(1) == "0123456789abcdef0123  a name that is ra…");
  options.width = 20;
  for (const auto& line : lines_of(rendered(cron_endpoint("cron.list"), jobs, options).out)) CHECK(cell_width(line) <= 20);
}
