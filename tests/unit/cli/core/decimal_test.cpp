#include "cli/core/decimal.hpp"

#include <catch2/catch.hpp>

using facio::compare_decimals;

TEST_CASE("numbers are compared digit by digit") {
  struct Case {
    const char* a;
    const char* b;
    int order;
  };
  const Case cases[] = {
      {"13911860366432393", "13911860366432392", 1},
      {"-13911860366432393", "-13911860366432392", -1},
      {"9007199254740993", "9007199254740993.0", 0},
      {"9007199254740993", "9007199254740993.1", -1},
      {"0", "-0", 0},
      {"0.0", "0e5", 0},
      {"-1", "1", -1},
      {"1", "-2", 1},
      {"0", "-1", 1},
      {"-1", "0", -1},
      {"0.5", "0", 1},
      {"1e3", "1000", 0},
      {"1.5E+3", "1500", 0},
      {"1e-3", "0.001", 0},
      {"0.0010", "0.001", 0},
      {"+7", "7", 0},
      {"007", "7", 0},
      {"10", "9", 1},
      {"100", "99.999", 1},
      {"1e999999999999999999999", "9e99", 1},
      {"1e-999999999999999999999", "9e-99", -1},
      {"123456789012345678901234567890", "123456789012345678901234567891", -1},
  };
  for (const Case& one : cases) {
    INFO(one.a << " and " << one.b);
    CHECK(compare_decimals(one.a, one.b) == one.order);
    CHECK(compare_decimals(one.b, one.a) == -one.order);
  }
}
