#include <catch2/catch.hpp>

#include "cli/core/foreign_text.hpp"
#include "cli/core/json.hpp"
#include "cli/core/utf8.hpp"

using namespace facio;

namespace {

struct Foreign {
  std::string_view json, text;
};
constexpr Foreign kForeign[] = {
    {R"("plain é 😀")", "plain é 😀"},
    {R"("\ud83d\ude00 \\ud83d \u00e9")", "😀 \\ud83d é"},
    {R"("a\ud83d")", "a\xEF\xBF\xBD"},
    {R"("\ude00b\ud83d\ud83d\ude00")",
     "\xEF\xBF\xBD"
     "b\xEF\xBF\xBD😀"},
    {"\"caf\xE9\"", "caf\xEF\xBF\xBD"},
    {"\"\xF0\x9F\x98\"", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
    {"\"\xC0\xAF\xED\xA0\x80\"", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
};

/// The texts of several JSON strings, as one.
std::string together(std::initializer_list<std::string_view> strings) {
  HalfJoiner joiner;
  std::string out;
  for (const std::string_view json : strings) {
    const auto document = JsonDocument::parse(json_with_halves(json));
    REQUIRE(document);
    out += joiner.add(document->root().string());
    CHECK(is_utf8(out));
  }
  return out + joiner.finish();
}

}  // namespace

TEST_CASE("foreign text: what is no Unicode becomes U+FFFD, and the rest is read") {
  for (const Foreign& one : kForeign) {
    INFO(one.json);
    const auto document = JsonDocument::parse_foreign(one.json);
    REQUIRE(document);
    CHECK(document->root().string() == one.text);
    CHECK(together({one.json}) == one.text);
  }
  CHECK_FALSE(JsonDocument::parse_foreign("{\"a\":\"\xE9"));
  CHECK_FALSE(JsonDocument::parse_foreign("\xE9"));
  CHECK(mended_json("\\") == "\\");
  CHECK(mended_json("\\u12") == "\\u12");
}

TEST_CASE("foreign text: halves of a character in two strings are joined") {
  CHECK(together({R"("a\ud83d")", R"("\ude00b")"}) == "a😀b");
  CHECK(together({R"("a\ud83d")", R"("")", R"("\ude00b")"}) == "a😀b");
  CHECK(together({R"("a\ud83d")", R"("b")"}) ==
        "a\xEF\xBF\xBD"
        "b");
  CHECK(together({R"("a\ud83d")"}) == "a\xEF\xBF\xBD");
  CHECK(together({"\"a\xF0\x9F\"", "\"\x98\"", "\"\x80z\""}) == "a😀z");
  CHECK(together({"\"caf\xC3\"", "\"\xA9\""}) == "café");
  CHECK(together({"\"caf\xE9\"", "\"!\""}) == "caf\xEF\xBF\xBD!");
}
TEST_CASE("foreign text: what is no valid Unicode becomes U+FFFD, and everything else stays as it is") {
  const std::string x = "\xEF\xBF\xBD";
  const std::pair<std::string, std::string> rows[] = {
      {R"({"a":"\ud83d\ude00 é \u0000 \\ud800 \" \n"})", R"({"a":"\ud83d\ude00 é \u0000 \\ud800 \" \n"})"},
      {R"("\ud800")", "\"" + x + "\""},
      {R"("\uDC00\uD800")", "\"" + x + x + "\""},
      {R"("\ud800\u0041")", "\"" + x + R"(\u0041")"},
      {R"("\ud83d\ud83d\ude00")", "\"" + x + R"(\ud83d\ude00")"},
      {"\"caf\xE9\"", "\"caf" + x + "\""},
      {"\"\\\xE9\"", "\"\\" + x + "\""},
      {"\"\xED\xA0\x80\"", "\"" + x + x + x + "\""},
      {R"("\ud8)", R"("\ud8)"},
      {"\\", "\\"},
      {"", ""},
  };
  for (const auto& [text, mended] : rows) {
    CAPTURE(text);
    CHECK(mended_json(text) == mended);
  }
  CHECK(JsonDocument::parse_foreign("\"caf\xE9\"")->root().string() == "caf" + x);
  CHECK(JsonDocument::parse_foreign("{\"a\":NaN}").error().message() == "malformed JSON at line 1, column 6");
}

TEST_CASE("foreign text: members of an object that cannot be parsed are found where they can be") {
  constexpr std::string_view text = R"( { "x": {"id": 9}, "y": ["id", 8], "z": "\"id\":7", "id" : "1", "n":NaN, "f":1.0)";
  CHECK(legible_member(text, "id") == "1");
  CHECK(legible_member(text, "n") == "NaN");
  CHECK(legible_member(text, "f") == "1.0");
  CHECK_FALSE(legible_member(text, "x"));
  CHECK_FALSE(legible_member(text, "w"));
  CHECK_FALSE(legible_member(R"(["id",1])", "id"));
  CHECK_FALSE(legible_member(R"({"id":)", "id").value_or("").size() > 0);
  CHECK_FALSE(legible_member(R"({"id)", "id"));
  CHECK_FALSE(legible_member("}}}{\"", "id"));
}
