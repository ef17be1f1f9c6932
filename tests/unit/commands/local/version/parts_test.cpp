#include <catch2/catch.hpp>

#include "commands/local/version/parts.hpp"

namespace facio::version {

TEST_CASE("the library's own version is that of its package without what Debian adds") {
  const struct {
    std::string_view full, own;
  } rows[] = {
      {"3.40.1-2+deb12u2", "3.40.1"},     {"1:1.2.13.dfsg-1", "1.2.13"},   {"2.1.2+ds-1", "2.1.2"},        {"1.0.0~dfsg-3", "1.0.0"},
      {"20220601+dfsg-1+b1", "20220601"}, {"12.2.0-14+deb12u1", "12.2.0"}, {"3.0.19-1~deb12u2", "3.0.19"}, {"", ""}};
  for (const auto& [full, own] : rows) CHECK(Part{.full_version = full}.version() == own);
}

TEST_CASE("a part has an address as a package") {
  const Part part{.source = "gcc-12", .full_version = "1:12.2.0-14+deb12u1", .package = "libstdc++-12-dev", .architecture = "amd64"};
  CHECK(part.purl() == "pkg:deb/debian/libstdc%2B%2B-12-dev@1%3A12.2.0-14%2Bdeb12u1?arch=amd64");
  CHECK(Part{.source = "sqlite3"}.purl() == "pkg:generic/sqlite3");
}

TEST_CASE("each licence in an expression has its text") {
  CHECK(licence_ids("ISC AND BSD-2-Clause") == std::vector<std::string_view>{"ISC", "BSD-2-Clause"});
  CHECK(licence_ids("GPL-3.0-or-later WITH GCC-exception-3.1").back() == "GCC-exception-3.1");
  for (const std::string_view id : {"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0", "GCC-exception-3.1", "ISC",
                                    "LicenseRef-Lucent", "MIT", "Zlib", "blessing"}) {
    CHECK(licence_text(id).size() > 100);
    CHECK(licence_text(id).find("===") == std::string_view::npos);
  }
  CHECK(licence_text("Nothing").empty());
}

TEST_CASE("a build without a list of its parts says so") {
  const auto all = inventory();
  REQUIRE(!all);
  CHECK(all.error().code() == Code::unsupported);
}

}  // namespace facio::version
