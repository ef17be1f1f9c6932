#include "cli/core/expression.hpp"

#include <catch2/catch.hpp>

#include <map>

using namespace facio;
using Catch::Matchers::Contains;
using Before = ExpressionPlace::Before;

namespace {

constexpr std::int64_t kNow = 1795165200000;

constexpr Type kText{.kind = Kind::string}, kFlag{.kind = Kind::boolean}, kCount{.kind = Kind::integer};
constexpr Field kFields[] = {{.name = "name", .type = &kText},
                             {.name = "enabled", .type = &kFlag},
                             {.name = "size", .type = &kCount, .attr = {.format = Format::bytes}},
                             {.name = "took", .type = &kCount, .attr = {.format = Format::milliseconds}},
                             {.name = "at", .type = &kText, .attr = {.format = Format::time}},
                             {.name = "tags", .type = &kText},
                             {.name = "any"},
                             {.name = "gone", .type = &kText}};

Value text(std::string value) { return {ValueKind::text, std::move(value)}; }
Value number(std::string value) { return {ValueKind::number, std::move(value)}; }

/// The one record of these tests.
Value value_at(std::size_t index) {
  switch (index) {
    case 0: return text("Daily report");
    case 1: return {ValueKind::boolean, "true"};
    case 2: return number("2097152");
    case 3: return number("5000");
    case 4: return text("2026-11-20T07:00:00Z");
    case 5: return {ValueKind::list, {}, {text("eu"), text("prod")}};
    case 6: return number("7");
    default: return {};
  }
}

Result<Expression> read(std::string_view expression, Before before = Before::same) {
  const ExpressionPlace place{.flag = "--filter", .example = "so", .times = {.now_ms = kNow}, .before = before};
  return Expression::parse(expression, place, [](std::string_view name) -> Result<Expression::Known> {
    for (std::size_t i = 0; i < std::size(kFields); ++i)
      if (kFields[i].name == name) return Expression::Known{i, kFields[i].type == nullptr ? nullptr : &kFields[i]};
    return fail(Code::usage, "there is no field '" + std::string(name) + "'", "known ones");
  });
}

bool holds(std::string_view expression) {
  auto made = read(expression);
  INFO(expression);
  INFO((made ? "" : made.error().message()));
  REQUIRE(made);
  return made->holds(value_at);
}

std::string refusal(std::string_view expression, Before before = Before::same) {
  auto made = read(expression, before);
  INFO(expression);
  REQUIRE_FALSE(made);
  CHECK(made.error().code() == Code::usage);
  CHECK(made.error().field() == "--filter");
  return made.error().message();
}

}  // namespace

TEST_CASE("each operator has one meaning", "[expression]") {
  for (const char* so : {"name=='Daily report'",
                         "name='Daily report'",
                         "name!=report",
                         "name<E",
                         "name>=D",
                         "name~REPORT",
                         "name~daily*",
                         "name!~weekly",
                         "name=~'^Daily'",
                         "name=~'(?i)^daily'",
                         "name=~\"report$\"",
                         "name!=~'^report'",
                         "enabled==true",
                         "enabled!=false",
                         "size==2MiB",
                         "size>2MB",
                         "size<=2097152",
                         "took==5s",
                         "took>4999",
                         "took<1m",
                         "at<2026-11-20T08:00:00Z",
                         "at==2026-11-20T08:00:00+01:00",
                         "tags==eu",
                         "tags!=us",
                         "tags~RO",
                         "tags=~'^p'",
                         "tags!=~'^x'",
                         "any==7",
                         "any>=7",
                         "gone==null",
                         "name!=null",
                         "gone!=x",
                         "gone!~x",
                         "gone!=~'x'"})
    CHECK(holds(so));
  for (const char* not_so :
       {"name==report",  "name!='Daily report'", "name>E",         "name~weekly", "name~report*", "name!~daily", "name=~'^report'",
        "name=~'daily'", "name!=~'Daily'",       "enabled==false", "size<2MiB",   "took>5s",      "tags==us",    "tags!=eu",
        "tags!~ro",      "tags!=~'^p'",          "any==8",         "gone==x",     "gone<x",       "gone>=x",     "gone~x",
        "gone=~''",      "gone!=null",           "name==null"})
    CHECK_FALSE(holds(not_so));
}

TEST_CASE("a field by itself holds when it is set", "[expression]") {
  for (const char* so : {"name", "enabled", "size", "tags", "any", "!gone", ".name", "!!name"}) CHECK(holds(so));
  CHECK_FALSE(facio::holds(number("0")));
  CHECK_FALSE(facio::holds(text("")));
  CHECK_FALSE(facio::holds({ValueKind::boolean, "false"}));
  CHECK_FALSE(facio::holds({ValueKind::list}));
  CHECK_FALSE(facio::holds({ValueKind::object, "{ }"}));
  CHECK(facio::holds({ValueKind::object, R"({"a":1})"}));
}

TEST_CASE("&& binds before ||, ! before both", "[expression]") {
  const char* const kSo = "name";
  const char* const kNot = "gone";
  // Every expression of three, beside what C++ makes of the same.
  for (int i = 0; i < 8; ++i) {
    const bool a = (i & 1) != 0, b = (i & 2) != 0, c = (i & 4) != 0;
    const auto with = [&](std::string form) {
      for (const auto& [letter, value] : std::map<char, bool>{{'A', a}, {'B', b}, {'C', c}})
        while (form.find(letter) != std::string::npos) form.replace(form.find(letter), 1, value ? kSo : kNot);
      return form;
    };
    CHECK(holds(with("A && B || C")) == ((a && b) || c));
    CHECK(holds(with("A || B && C")) == (a || (b && c)));
    CHECK(holds(with("(A || B) && C")) == ((a || b) && c));
    CHECK(holds(with("A && (B || C)")) == (a && (b || c)));
    CHECK(holds(with("!A && B || !C")) == ((!a && b) || !c));
    CHECK(holds(with("!(A && B) && C")) == (!(a && b) && c));
    CHECK(holds(with("!(A || !(B && C))")) == !(a || !(b && c)));
    CHECK(holds(with("A||B||C")) == (a || b || c));
    CHECK(holds(with("A&&B&&C")) == (a && b && c));
    CHECK(holds(with("!!(A)&&!!!B || C&&A")) == ((a && !b) || (c && a)));
  }
}

TEST_CASE("nothing is asked for that does not matter", "[expression]") {
  auto made = read("gone && name || enabled || size");
  REQUIRE(made);
  std::string asked;
  CHECK(made->holds([&](std::size_t index) {
    asked += std::string(kFields[index].name) + " ";
    return value_at(index);
  }));
  CHECK(asked == "gone enabled ");
}

TEST_CASE("an expression says where it is wrong", "[expression]") {
  CHECK(refusal("") == "--filter: at character 1: a field was expected");
  CHECK(refusal("enabled==") == "--filter: at character 10: a value was expected; quote text of more than one word");
  CHECK(refusal("enabled &&") == "--filter: at character 11: a field was expected");
  CHECK(refusal("(enabled") == "--filter: at character 1: '(' is not closed");
  CHECK(refusal("enabled)") == "--filter: at character 8: ')' has no matching '('");
  CHECK(refusal("name=='x") == "--filter: at character 7: the quote is not closed");
  CHECK(refusal("enabled & name") == "--filter: at character 9: '&&', '||' or the end was expected, but got '& name'");
  CHECK(refusal("enabled==maybe") ==
        "--filter: at character 10: 'maybe' is not valid for enabled, which is true or false; write true or false");
  CHECK(refusal("took>long") == "--filter: at character 6: 'long' is not valid for took, which is a duration; write it like 90s, 5m or 2d");
  CHECK(refusal("name && nmae==x") == "--filter: at character 9: there is no field 'nmae'");
  CHECK(read("nmae==x").error().hint() == "known ones");
  CHECK(read("name==").error().hint() == "so");
  CHECK(refusal("== 3") == "--filter: at character 1: a field was expected, but got '== 3'");
  CHECK(refusal("name=='a' b") == "--filter: at character 11: '&&', '||' or the end was expected, but got 'b'");
  CHECK(refusal("name=~'('") == "--filter: at character 7: '(' is not a regular expression: missing ): (");
  CHECK(refusal("name==\x1b[31m").find('\x1b') == std::string::npos);
  CHECK(refusal("name == \x1b").find('\x1b') == std::string::npos);
}

TEST_CASE("a regular expression must be quoted", "[expression]") {
  CHECK(refusal("name~^rep") ==
        "--filter: at character 6: a regular expression must be quoted, as in name=~'^rep'; "
        "to match part of the text, write name~'^rep'");
  CHECK(refusal("name~^rep", Before::events) == "--filter: at character 6: a regular expression must be quoted, as in name=~'^rep'");
  CHECK_THAT(refusal("name~it's", Before::groups), Contains("write name~\"it's\""));
  CHECK(refusal("(name!~^(a|b)$) && enabled") ==
        "--filter: at character 8: a regular expression must be quoted, as in name!=~'^(a|b)$'; "
        "to match part of the text, write name!~'^(a|b)$'");
  CHECK(refusal("name=~^it's&&enabled") ==
        "--filter: at character 7: a regular expression must be quoted, as in name=~\"^it's\"; "
        "to match part of the text, write name~\"^it's\"");
  CHECK(refusal("name =~ rep") ==
        "--filter: at character 9: a regular expression must be quoted, as in name=~'rep'; to match part of the text, write name~rep");
  CHECK(refusal("name!=~rep").find("write name!~rep") != std::string::npos);
  CHECK(refusal("name=~").find("a value was expected") != std::string::npos);
  // What is proposed is read, and means that.
  CHECK(holds(R"(name=~'^Daily\s\w+$')"));
  CHECK(holds(R"(name!=~"^Daily\\b.$")"));
}

TEST_CASE("what meant something else in a dialect is refused with how to write it", "[expression]") {
  for (const Before before : {Before::groups, Before::events}) {
    CHECK_THAT(refusal("name~'^rep'", before), Contains("a regular expression is written name=~'^rep'"));
    CHECK_THAT(refusal("name!~rep.*", before), Contains("name!=~'rep.*'"));
    CHECK_THAT(refusal("name~prod*", before), Contains("name=~'prod*'"));
    CHECK_THAT(refusal("name~''", before), Contains("name=~''"));
    CHECK_THAT(refusal("name~^rep", before), Contains("name=~'^rep'"));
    CHECK_THAT(refusal(R"(name~'a\\.b')", before), Contains(R"(name=~'a\.b')"));
    CHECK(read("name~rep && name!~'a b'", before));  // a part of the text in both
  }
  CHECK_THAT(refusal("name==null", Before::groups), Contains("write the text as 'null'"));
  CHECK(read("name=='null'", Before::groups));
  CHECK(read("name==''", Before::groups));
  CHECK_THAT(refusal("name==''", Before::events), Contains("with !name"));
  CHECK_THAT(refusal("name!=null", Before::events), Contains("found with name,"));
  CHECK_THAT(refusal("name>=null", Before::events), Contains("found with name,"));
  CHECK(read("name==null", Before::events));
  CHECK(read("name~'a*' && name!=null && name==''"));
}

TEST_CASE("a hostile expression is refused, or read in linear time", "[expression]") {
  CHECK_THAT(refusal(std::string(500, '(')), Contains("nested too deeply"));
  CHECK_THAT(refusal(std::string(500, '!') + "name"), Contains("nested too deeply"));
  CHECK_THAT(refusal(std::string(65'537, ' ')), Contains("longer than 64 KiB"));
  // As long as it may be: no stack grows with it, and nothing is gone through twice.
  std::string wide = "gone", alternating = "name";
  while (wide.size() + 6 < 65'536) wide += "||gone";
  CHECK_FALSE(holds(wide));
  while (alternating.size() + 14 < 65'536) alternating += "&&name||gone";
  CHECK(holds(alternating));
  std::string patterns = "name=~'(.){300}~'";
  for (int i = 1; i < 20; ++i) patterns += "||name=~'(.){300}~'";
  CHECK_FALSE(holds(patterns));
  CHECK_THAT(refusal(patterns + "||name=~'x'"), Contains("more than 20 regular expressions"));
  CHECK_THAT(refusal("name=~'" + std::string(2000, 'a') + "'"), Contains("longer than 1000 bytes"));
}

TEST_CASE("patterns and sizes", "[expression]") {
  CHECK(is_like("abc", "B"));
  CHECK(is_like("abc", "a*c"));
  CHECK(is_like("abc", "*"));
  CHECK_FALSE(is_like("abc", "a*d"));
  CHECK_FALSE(is_like("abc", "b*"));
  CHECK(is_like("aaaaaaaaaaaaaaaaaaaaaaaaaaaaab", "a*a*a*a*b"));
  CHECK_FALSE(holds("size<2MB"));
  CHECK(refusal("size=='2 apples'") ==
        "--filter: at character 7: '2 apples' is not valid for size, which is a size; write it like 200 or 1.5MiB");
}
