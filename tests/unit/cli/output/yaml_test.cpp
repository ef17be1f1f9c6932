// What is printed as YAML says exactly what the JSON said.
#include <catch2/catch.hpp>

#include "cli/output/formats.hpp"

using namespace facio;

namespace {

std::string yaml(std::string_view json) {
  std::string out;
  output::append_yaml(out, json);
  return out;
}

}  // namespace

TEST_CASE("yaml looks as people write it") {
  CHECK(yaml(R"({"id":"5f0c9a12","name":"report","enabled":true,"n":1.50,"none":null,"schedule":{"kind":"cron","expr":"0 7 * * 1-5",)"
             R"("tz":"Europe/Berlin"},"l":[1,"two",{"a":1,"b":[]},[3,[4]]],"e":{}})") ==
        "id: \"5f0c9a12\"\nname: report\nenabled: true\n\"n\": 1.50\nnone: null\nschedule:\n  kind: cron\n  expr: \"0 7 * * 1-5\"\n  tz: "
        "Europe/Berlin\n"
        "l:\n  - 1\n  - two\n  - a: 1\n    b: []\n  - - 3\n    - - 4\ne: {}\n");
}

TEST_CASE("strings that look like other types are quoted") {
  for (const auto* text : {"no",   "NO",    "Yes",   "on",    "off",      "y",          "N",
                           "true", "False", "null",  "Null",  "~",        "1",          "-1",
                           "1.5",  "1e5",   "0x1F",  "0o7",   "017",      "1_000",      ".5",
                           ".inf", "-.INF", ".nan",  "12:30", "12:30:45", "2026-11-20", "2026-11-20T07:00:00Z",
                           "",     " ",     " a",    "a ",    "-",        "- a",        "?",
                           ": a",  "a: b",  "a:",    "a #b",  "#a",       "&a",         "*a",
                           "!a",   "|",     ">",     "%a",    "@a",       "`a",         "{a",
                           "[a",   "'a",    "\\\"a", "=",     "<<",       "---",        "...",
                           "a\\tb"}) {
    const std::string line = yaml(std::string("[\"") + text + "\"]");
    INFO(text);
    CHECK(line.substr(0, 3) == "- \"");
  }
  for (const auto* text : {"a", "report", "Europe/Berlin", "http://127.0.0.1:8900", "nope", "a-b_c.d", "/workspace/x"}) {
    INFO(text);
    CHECK(yaml(std::string("[\"") + text + "\"]") == std::string("- ") + text + "\n");
  }
}

TEST_CASE("several lines become a literal block where that is exact") {
  CHECK(yaml(R"({"a":{"m":"one\n\ntwo\n"}})") == "a:\n  m: |\n    one\n\n    two\n");
  CHECK(yaml(R"({"m":"one\ntwo"})") == "m: |-\n  one\n  two\n");
  CHECK(yaml(R"({"m":"one\ntwo\n\n"})") == "m: \"one\\ntwo\\n\\n\"\n");
  CHECK(yaml(R"({"m":" one\ntwo"})") == "m: \" one\\ntwo\"\n");
  CHECK(yaml(R"({"m":"one\r\ntwo"})") == "m: \"one\\r\\ntwo\"\n");
}

TEST_CASE("numbers stay numbers for every reader") {
  CHECK(yaml("[1e5,1.5E-3,-0,12345678901234567890]") == "- 1.0e+5\n- 1.5e-3\n- -0\n- 12345678901234567890\n");
}

TEST_CASE("characters beyond the plane and control characters survive") {
  CHECK(yaml(R"(["\ud83d\ude00\u0000\u0085\u2028\ufeff\/"])") == "- \"😀\\x00\\x85\\u2028\\ufeff/\"\n");
  CHECK(yaml(R"(["\ud800"])") == "- \"\xEF\xBF\xBD\"\n");
}

TEST_CASE("long names of members are announced") {
  const std::string name(200, 'k');
  CHECK(yaml("{\"" + name + "\":{\"a\":1}}") == "? " + name + "\n:\n  a: 1\n");
}
