#include "cli/output/changes.hpp"

#include <catch2/catch.hpp>

#include "cli/output/expressions.hpp"
#include "tests/unit/cli/output/rendering.hpp"

using namespace facio;
using namespace facio::output;
using namespace facio::test;

using Lines = std::vector<std::string>;

TEST_CASE("changes of a list by its key", "[changes]") {
  Changes changes(cron_endpoint("cron.list"));
  CHECK(changes.next(R"([{"id":"a","n":1}, {"id":"b","n":2}])") ==
        Lines{R"({"op":"added","key":"a","after":{"id":"a","n":1}})", R"({"op":"added","key":"b","after":{"id":"b","n":2}})"});
  CHECK(changes.next(R"([ {"id":"b","n":2},{"id":"a","n":1}])").empty());
  CHECK(changes.next(R"([{"id":"b","n":3},{"id":"c"}])") ==
        Lines{R"({"op":"changed","key":"b","before":{"id":"b","n":2},"after":{"id":"b","n":3}})",
              R"({"op":"added","key":"c","after":{"id":"c"}})", R"({"op":"removed","key":"a","before":{"id":"a","n":1}})"});
  CHECK(changes.next("[]").size() == 2);
}

TEST_CASE("changes of one object and of a map", "[changes]") {
  Endpoint endpoint{.id = "x.get"};
  Changes object(endpoint);
  CHECK(object.next(R"({"a":1})") == Lines{R"({"op":"added","after":{"a":1}})"});
  CHECK(object.next(R"({"a":2})") == Lines{R"({"op":"changed","before":{"a":1},"after":{"a":2}})"});
  CHECK(object.next(R"({ "a": 2 })").empty());
  endpoint.form = ReplyForm::map;
  Changes map(endpoint);
  CHECK(map.next(R"({"x":{"v":1}})") == Lines{R"({"op":"added","key":"x","after":{"v":1}})"});
  CHECK(map.next(R"({})") == Lines{R"({"op":"removed","key":"x","before":{"v":1}})"});
}

TEST_CASE("filters that are paths need no library", "[query]") {
  const auto result = [](std::string_view filter, std::string_view json, QueryForm form = QueryForm::pretty) -> std::string {
    std::string out = "kept ";
    return run_path_query(filter, json, form, out) ? out.substr(5) : out == "kept " ? "(left to jq)" : "half";
  };
  CHECK(result(".[].a", R"([{"a":1},{"a":"x"},{"b":1}])") == "1\n\"x\"\nnull\n");
  CHECK(result(".a | .b", R"({"a":{"b":true}})") == "true\n");
  CHECK(result(".[-1]", "[1,2,3]") == "3\n");
  CHECK(result(".[\"a b\"]", R"({"a b":5})") == "5\n");
  CHECK(result("map(.a)", R"([{"a":1},{"a":"x"}])") == "[\n  1,\n  \"x\"\n]\n");
  CHECK(result(" [ .[].a ] ", R"([{"a":1},{}])", QueryForm::compact) == "[1,null]\n");
  CHECK(result("map(.)", "[]") == "[]\n");
  CHECK(result("[.]", "42") == "[\n  42\n]\n");
  CHECK(result("map(.a)", R"({"a":{"a":1}})") == "(left to jq)");
  CHECK(result("map(.)", "[[1]]") == "(left to jq)");
  // jq writes these in its own way.
  for (const char* value : {"1.0", "1e3", "-0", R"("\u00e9")", R"("\/")", "{}", "[1]"}) {
    INFO(value);
    CHECK(result(".[]", "[1," + std::string(value) + "]") == "(left to jq)");
  }
  CHECK(result(".[]", "[1,1234567890123456]") == "1\n1234567890123456\n");
  CHECK(result(".a", "[1]") == "(left to jq)");
  for (const char* filter :
       {"",     "a",     ".a.",   ".a.[0]", ".[] | length",      "..",          ".a?",    ".[1:2]", ".[\"a\\n\"]",  ". a",
        ".[a]", ".a,.b", "map()", "[]",     "map(.a) | map(.b)", "[.a] | [.b]", "map(.a", "[[.a]]", "map(map(.a))", "map (.a)"}) {
    INFO(filter);
    CHECK_FALSE(is_path_query(filter));
  }
}
