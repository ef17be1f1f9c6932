#include <catch2/catch.hpp>

#include "cli/core/text.hpp"

using namespace facio;
using Parts = std::vector<std::string_view>;

TEST_CASE("texts are split at separators", "[text]") {
  CHECK(split("a,,b,", ',') == Parts{"a", "", "b", ""});
  CHECK(split("", ',') == Parts{""});
  CHECK(split("a.b.c.d", '.', 3) == Parts{"a", "b", "c.d"});
  CHECK(split("a.b", '.', 1) == Parts{"a.b"});
}

TEST_CASE("texts are split at terminators", "[text]") {
  CHECK(split_terminated("a\n\nb\n") == Parts{"a", "", "b"});
  CHECK(split_terminated("a\nb") == Parts{"a", "b"});
  CHECK(split_terminated("").empty());
}
