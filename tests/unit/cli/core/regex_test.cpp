#include "cli/core/regex.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace facio;
using Catch::Matchers::Contains;

namespace {

bool found(std::string_view pattern, std::string_view text, RegexOptions options = {}) {
  auto compiled = Regex::compile(pattern, options);
  INFO(pattern);
  REQUIRE(compiled);
  return compiled->found_in(text);
}

std::string refusal(std::string_view pattern) {
  auto compiled = Regex::compile(pattern);
  INFO(pattern);
  REQUIRE_FALSE(compiled);
  CHECK(compiled.error().code() == Code::rejected);
  return compiled.error().message();
}

/// A line that looks random, and is the same each time.
std::string noise(std::size_t size) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::uint64_t state = 1; text.size() < size; state = state * 6364136223846793005U + 1442695040888963407U)
    text += kLetters[state >> 58U];
  return text;
}

}  // namespace

TEST_CASE("a regular expression is found anywhere in a text", "[regex]") {
  CHECK(found("^a[[:digit:]]{2,3}$", "a123"));
  CHECK_FALSE(found("^a[[:digit:]]{2,3}$", "a1234"));
  CHECK(found("\\bword\\b", "a word here"));
  CHECK(found("[\\d\\s]x", "a 1x"));
  CHECK(found("[^]]y", "xy"));
  CHECK(found("a\\.b", "a.b"));
  CHECK_FALSE(found("a\\.b", "axb"));
  CHECK(found("\\D\\t", "1x\t"));
  CHECK(found("rm -rf|DROP TABLE", "drop it: DROP TABLE x"));
  CHECK(found("", ""));
  CHECK(found("a.b", "a\nb"));
  CHECK_FALSE(found("^b", "a\nb"));
  CHECK(found("Gr.ße$", "Größe"));  // a character, not a byte
  CHECK(found("\\pL{5}", "Größe"));
}

TEST_CASE("what counts in a regular expression is chosen", "[regex]") {
  CHECK_FALSE(found("word", "WORD"));
  CHECK(found("word", "WORD", {.ignore_case = true}));
  CHECK(found("(?i)word", "WORD"));
  CHECK(found("grösse", "GRÖSSE", {.ignore_case = true}));
  CHECK(found("a.(b", "xa.(bx", {.literal = true}));
  CHECK(found("{,3}", "x{,3}", {.literal = true}));
  CHECK_FALSE(found("a.b", "axb", {.literal = true}));
}

TEST_CASE("what is no regular expression is told, and what would be too large is refused", "[regex]") {
  CHECK_THAT(refusal("("), Contains("'(' is not a regular expression: missing )"));
  CHECK_THAT(refusal("["), Contains("missing ]"));
  CHECK_THAT(refusal("(a)\\1"), Contains("invalid escape sequence: \\1"));
  CHECK_THAT(refusal("(?<=a)b"), Contains("(?<"));
  CHECK_THAT(refusal("\\<a"), Contains("write \\b for \\<"));
  CHECK(found("\\\\<\\{,", "\\<{,"));
  CHECK_THAT(refusal("a{,3}"), Contains("{0,N}"));
  CHECK_THAT(refusal("a{5000}"), Contains("invalid repetition size"));
  CHECK_FALSE(refusal("(a{200}){200}").empty());
  CHECK_FALSE(refusal("(\\pL{30}){30}").empty());
  CHECK_THAT(refusal(std::string(1001, 'a')), Contains("longer than 1000 bytes"));
  CHECK_THAT(refusal(std::string(900, '(')), Contains("missing )"));
  CHECK_THAT(refusal("a\xff("), Contains("UTF-8"));
  CHECK(refusal("\x1b[").find('\x1b') == std::string::npos);
}

TEST_CASE("a hostile regular expression ends", "[regex]") {
  // An engine that goes back, or that makes all states it can think of, is busy with each of these for minutes.
  const std::string line = noise(60'000), two(65'000, 'a');
  CHECK_FALSE(found("(.)*[A-M](.){300}~", line));
  CHECK_FALSE(found("(a|b)*a(a|b){300}x", two));
  CHECK_FALSE(found("(a*)*(a*)*b", two));
  CHECK_FALSE(found("(x+x+)+y", std::string(60'000, 'x')));
  CHECK_FALSE(found("(.{30}){30}~", line));
}
