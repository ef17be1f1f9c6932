// Whether a setting is judged by each of the forms that LibreFang has for the schema of its configuration.
#include "commands/librefang/config/client/schema.hpp"

#include <catch2/catch.hpp>

using namespace facio;
using facio::librefang::judge_setting;

namespace {

/// "ok", "unknown", or what is wrong.
std::string judged(std::string_view schema, std::string_view path, std::string_view value) {
  const auto rules = JsonDocument::parse(schema), given = JsonDocument::parse(value);
  if (!rules || !given) return "no JSON";
  const auto judgement = judge_setting(rules->root(), path, given->root());
  return !judgement.is_known ? "unknown" : judgement.problem.empty() ? "ok" : judgement.problem;
}

// The document, LibreFang 0.7, and newer ones.
constexpr std::string_view kDocument = R"({"sections":[{"name":"budget","fields":[{"key":"daily","type":"float","default":1}]},
  {"name":"general","fields":[{"key":"level","type":"string"}]}]})";
constexpr std::string_view kOld = R"({"sections":{"budget":{"fields":{"daily":"number"}},
  "general":{"fields":{"level":{"type":"select","options":["info","debug"]}}},"web":{"fields":{"hosts":"string[]","any":"object"}}}})";
constexpr std::string_view kNew = R"({"type":"object","properties":{"level":{"type":"string","enum":["info","debug"]},
  "budget":{"allOf":[{"$ref":"#/definitions/Budget"}]},"maybe":{"anyOf":[{"$ref":"#/definitions/Budget"},{"type":"null"}]},
  "urls":{"type":"object","additionalProperties":{"type":"string"}},"loop":{"$ref":"#/definitions/Loop"}},
  "definitions":{"Budget":{"type":"object","properties":{"daily":{"type":["number","null"]}}},"Loop":{"$ref":"#/definitions/Loop"}}})";

}  // namespace

TEST_CASE("a number is wanted where a number is") {
  for (const std::string_view schema : {kDocument, kOld, kNew}) {
    CHECK(judged(schema, "budget.daily", "5") == "ok");
    CHECK(judged(schema, "budget.daily", "5.5") == "ok");
    CHECK(judged(schema, "budget.daily", "null") == "ok");
    CHECK(judged(schema, "budget.daily", "\"many\"").starts_with("must be of type "));
    CHECK(judged(schema, "budget.nothing", "5") == "unknown");
    CHECK(judged(schema, "nothing", "5") == "unknown");
    CHECK(judged(schema, "level", "\"info\"") == "ok");
    CHECK(judged(schema, "level", "5").starts_with("must be of type "));
  }
}

TEST_CASE("choices, lists and what is below") {
  CHECK(judged(kOld, "level", "\"loud\"") == R"(must be one of "info", "debug")");
  CHECK(judged(kNew, "level", "\"loud\"") == R"(must be one of "info", "debug")");
  CHECK(judged(kOld, "web.hosts", "[\"a\"]") == "ok");
  CHECK(judged(kOld, "web.hosts", "\"a\"") == "must be of type array");
  CHECK(judged(kOld, "web.any.deeper", "1") == "ok");
  CHECK(judged(kNew, "maybe.daily", "1") == "ok");
  CHECK(judged(kNew, "urls.openai", "\"http://h/\"") == "ok");
  CHECK(judged(kNew, "urls.openai", "1") == "must be of type string");
  CHECK(judged(kNew, "loop.x", "1") == "unknown");
}
