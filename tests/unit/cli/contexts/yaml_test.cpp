#include <catch2/catch.hpp>
#include <string>

#include "cli/contexts/yaml.hpp"

using namespace facio;
using Catch::Matchers::Contains;

namespace {

std::string json_of(std::string_view yaml) {
  const auto tree = parse_yaml(yaml, "f");
  return tree ? yaml_to_json(**tree) : "refused: " + tree.error().message();
}

}  // namespace

TEST_CASE("plain scalars follow the core schema of YAML 1.2") {
  const std::pair<const char*, const char*> table[] = {
      {"no", R"("no")"},
      {"yes", R"("yes")"},
      {"on", R"("on")"},
      {"off", R"("off")"},
      {"y", R"("y")"},
      {"n", R"("n")"},
      {"NO", R"("NO")"},
      {"true", "true"},
      {"True", "true"},
      {"FALSE", "false"},
      {"tRue", R"("tRue")"},
      {"null", "null"},
      {"~", "null"},
      {"Null", "null"},
      {"nULL", R"("nULL")"},
      {"0", "0"},
      {"-0", "-0"},
      {"12", "12"},
      {"+12", "12"},
      {"012", "12"},
      {"0o17", "15"},
      {"0x1F", "31"},
      {"0b1", R"("0b1")"},
      {"1_000", R"("1_000")"},
      {"1.5", "1.5"},
      {".5", "0.5"},
      {"5.", "5.0"},
      {"1e3", "1e3"},
      {"-1.5E-3", "-1.5e-3"},
      {"1.2.3", R"("1.2.3")"},
      {".inf", R"(".inf")"},
      {".nan", R"(".nan")"},
      {"2027-01-01", R"("2027-01-01")"},
      {"2027-01-01T09:00:00Z", R"("2027-01-01T09:00:00Z")"},
      {"12:30:45", R"("12:30:45")"},
      {"1e", R"("1e")"},
      {"0o8", R"("0o8")"},
      {"-", R"("-")"},
      {"+", R"("+")"},
      {"0x", R"("0x")"},
      {"e3", R"("e3")"},
      {".", R"(".")"},
      {"=", R"("=")"},
      {"<<", R"("<<")"},
  };
  for (const auto& [yaml, json] : table) {
    INFO(yaml);
    CHECK(plain_scalar_json(yaml) == json);
    if (std::string_view(yaml) != "-" && std::string_view(yaml) != "<<")
      CHECK(json_of("k: " + std::string(yaml)) == R"({"k":)" + std::string(json) + "}");
  }
}

TEST_CASE("quoted and block scalars are strings") {
  CHECK(json_of("a: '12'\nb: \"true\"\nc: 'null'\nd: ''\n") == R"({"a":"12","b":"true","c":"null","d":""})");
  CHECK(json_of("a: |\n  12\n  x\nb: >-\n  one\n  two\n") == R"({"a":"12\nx\n","b":"one two"})");
  CHECK(json_of("a: !!str 12\nb: !!int '7'\nc:\n") == R"({"a":"12","b":7,"c":null})");
  CHECK(json_of("'no': 1\n12: x\n") == R"({"no":1,"12":"x"})");
  CHECK(json_of("a: \"\\u00fc\\n\"") == "{\"a\":\"\u00fc\\n\"}");
}

TEST_CASE("an empty document is null") {
  CHECK(json_of("") == "null");
  CHECK(json_of("# nothing\n") == "null");
  CHECK(json_of("---\n") == "null");
}

TEST_CASE("anchors and merge keys are followed") {
  CHECK(json_of("a: &x [1, 2]\nb: *x\n") == R"({"a":[1,2],"b":[1,2]})");
  CHECK(json_of("base: &b {x: 1, y: 2}\nmine: {<<: *b, y: 3}\n") == R"({"base":{"x":1,"y":2},"mine":{"y":3,"x":1}})");
  CHECK_THAT(json_of("a: {<<: 5}"), Contains("<< needs a map"));
}

TEST_CASE("what is wrong is refused with its line") {
  CHECK(json_of("a: 1\nb: 2\na: 3\n") == "refused: f: line 3: the key 'a' occurs twice");
  CHECK_THAT(json_of("a: 1\n---\nb: 2\n"), Contains("only one document"));
  CHECK_THAT(json_of("a: !python/object x\n"), Contains("line 1") && Contains("not known"));
  CHECK_THAT(json_of("a: 1\nb: [1, 2\n"), Contains("refused: f: line"));
  CHECK_THAT(json_of("a:\n\tb: 1\n"), Contains("line 2"));
  CHECK_THAT(json_of("a: &x [1, *x]\n"), Contains("inside the value it refers to"));
  CHECK_THAT(json_of("a: *nobody\n"), Contains("line 1"));
  CHECK_THAT(json_of("? [a]\n: b\n"), Contains("a key must be a single value"));
  CHECK_THAT(json_of("a: !!int twelve\n"), Contains("not a number"));
}

TEST_CASE("an alias bomb is refused") {
  std::string bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n";
  for (char c = 'b'; c <= 'k'; ++c) {
    bomb += std::string(1, c) + ": &" + c + " [";
    for (int i = 0; i < 10; ++i) bomb += std::string(i == 0 ? "*" : ", *") + static_cast<char>(c - 1);
    bomb += "]\n";
  }
  CHECK_THAT(json_of(bomb), Contains("expand the document too much"));
  const std::string text = "a: &a '" + std::string(100'000, 'x') + "'\nb: [";
  std::string many = text + "*a";
  for (int i = 0; i < 1000; ++i) many += ", *a";
  CHECK_THAT(json_of(many + "]\n"), Contains("expand the document too much"));
}

TEST_CASE("deep nesting is refused") {
  CHECK_THAT(json_of(std::string(100, '[') + std::string(100, ']')), Contains("nested more than"));
  CHECK_THAT(json_of(std::string(100'000, '[')), Contains("refused"));
}
