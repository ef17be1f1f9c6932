#include <catch2/catch.hpp>

#include "cli/core/cron_expression.hpp"

using namespace facio;

namespace {

CronExpression parsed(std::string_view text) {
  auto expression = parse_cron_expression(text);
  INFO(text);
  REQUIRE(expression);
  return *expression;
}

std::string refusal(std::string_view text) {
  const auto status = parse_cron_expression(text);
  INFO(text);
  REQUIRE_FALSE(status);
  CHECK(status.error().code() == Code::rejected);
  return status.error().message();
}

template <class... Bits>
std::uint64_t bits(Bits... numbers) {
  return ((std::uint64_t{1} << numbers) | ...);
}

}  // namespace

TEST_CASE("cron expressions: lists, ranges, steps and names") {
  const auto expression = parsed("*/20,5 8-10,22 1,15 jan-mar,12 mon,3");
  CHECK(expression.minutes == bits(0, 5, 20, 40));
  CHECK(expression.hours == bits(8, 9, 10, 22));
  CHECK(expression.days == bits(1, 15));
  CHECK(expression.months == bits(1, 2, 3, 12));
  CHECK(expression.weekdays == bits(1, 3));
  CHECK(parsed("5/20 * * * *").minutes == bits(5, 25, 45));
  CHECK(parsed("0-30/10 * * * *").minutes == bits(0, 10, 20, 30));
  CHECK(parsed("\t 1  2   3 4\t5 ").hours == bits(2));
  CHECK(parsed("0 0 * JAN Sun").months == bits(1));
}

TEST_CASE("cron expressions: seven is Sunday, and a week may end with it") {
  CHECK(parsed("0 0 * * 7").weekdays == bits(0));
  CHECK(parsed("0 0 * * 5-7").weekdays == bits(5, 6, 0));
  CHECK(parsed("0 0 * * fri-sun").weekdays == bits(5, 6, 0));
  CHECK(parsed("0 0 * * *").weekdays == bits(0, 1, 2, 3, 4, 5, 6));
  CHECK(parsed("0 0 * * 5/1").weekdays == bits(5, 6));
  CHECK(parsed("0 0 * * */2").weekdays == bits(0, 2, 4, 6));
}

TEST_CASE("cron expressions: either day field when both name days") {
  const auto either = parsed("0 0 13 * 5");
  CHECK(either.either_day);
  CHECK(either.allows_day(13, 2));
  CHECK(either.allows_day(6, 5));
  CHECK_FALSE(either.allows_day(6, 4));
  const auto both = parsed("0 0 */2 * 5");
  CHECK_FALSE(both.either_day);
  CHECK(both.allows_day(3, 5));
  CHECK_FALSE(both.allows_day(3, 4));
  CHECK_FALSE(both.allows_day(4, 5));
  CHECK_FALSE(parsed("0 0 ? * 5").either_day);
}

TEST_CASE("cron expressions: what goes by elapsed time") {
  CHECK(parsed("0 * * * *").interval);
  CHECK(parsed("*/5 3 * * *").interval);
  CHECK(parsed("0 0-22/2 * * *").interval);
  CHECK_FALSE(parsed("0,30 1-3 * * *").interval);
  CHECK_FALSE(parsed("@daily").interval);
  CHECK(parsed("@hourly").interval);
}

TEST_CASE("cron expressions: macros") {
  CHECK(parsed("@weekly").weekdays == bits(0));
  CHECK(parsed("@Monthly").days == bits(1));
  CHECK(parsed("@yearly").months == bits(1));
  CHECK(parsed("@annually").days == parsed("@yearly").days);
  CHECK(parsed("@midnight").hours == parsed("@daily").hours);
  CHECK_THAT(refusal("@reboot"), Catch::Contains("@reboot") && Catch::Contains("@hourly"));
}

TEST_CASE("cron expressions: refusals name the field") {
  CHECK_THAT(refusal(""), Catch::Contains("five fields"));
  CHECK_THAT(refusal("   "), Catch::Contains("five fields"));
  CHECK_THAT(refusal("0 7 * *"), Catch::Contains("not 4"));
  CHECK_THAT(refusal("0 0 7 * * 1"), Catch::Contains("not 6"));
  CHECK_THAT(refusal("60 * * * *"), Catch::Contains("minute field") && Catch::Contains("0 to 59"));
  CHECK_THAT(refusal("0 24 * * *"), Catch::Contains("hour field"));
  CHECK_THAT(refusal("0 0 0 * *"), Catch::Contains("day-of-month field"));
  CHECK_THAT(refusal("0 0 1 13 *"), Catch::Contains("month field") && Catch::Contains("jan to dec"));
  CHECK_THAT(refusal("0 0 * * 8"), Catch::Contains("day-of-week field"));
  CHECK_THAT(refusal("0 0 * * mondays"), Catch::Contains("\"mondays\""));
  CHECK_THAT(refusal("*/0 * * * *"), Catch::Contains("step"));
  CHECK_THAT(refusal("*/60 * * * *"), Catch::Contains("step"));
  CHECK_THAT(refusal("30-10 * * * *"), Catch::Contains("ends before it starts"));
  CHECK_THAT(refusal("1,,2 * * * *"), Catch::Contains("empty element"));
  CHECK_THAT(refusal("1- * * * *"), Catch::Contains("minute field"));
  CHECK_THAT(refusal("-1 * * * *"), Catch::Contains("minute field"));
  CHECK_THAT(refusal("1-2-3 * * * *"), Catch::Contains("minute field"));
  CHECK_THAT(refusal("*5 * * * *"), Catch::Contains("minute field"));
  CHECK_THAT(refusal("99999999999 * * * *"), Catch::Contains("minute field"));
}

TEST_CASE("cron expressions: one that never fires is refused") {
  CHECK_THAT(refusal("0 0 30 2 *"), Catch::Contains("never runs"));
  CHECK_THAT(refusal("0 0 31 4,6,9,11 *"), Catch::Contains("never runs"));
  CHECK(parse_cron_expression("0 0 29 2 *"));
  CHECK(parse_cron_expression("0 0 30 2 mon"));  // every Monday in February
}
