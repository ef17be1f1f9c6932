// Where a browser may come back to.
#include <catch2/catch.hpp>

#include "commands/facio/mcp/client/redirect.hpp"

namespace facio::mcp {
namespace {

TEST_CASE("an address of this machine is listened at, and no other") {
  auto free = RedirectListener::open("");
  REQUIRE(free);
  REQUIRE(*free);
  CHECK((*free)->uri().starts_with("http://127.0.0.1:"));
  CHECK((*free)->uri().ends_with("/callback"));
  for (const char* other :
       {"https://127.0.0.1:1/x", "http://h:1/x", "http://127.0.0.1/x", "http://localhost/", "http://[::1]:1/", "x", "://", "/"}) {
    CAPTURE(other);
    const auto none = RedirectListener::open(other);
    REQUIRE(none);
    CHECK_FALSE(*none);
  }
  const auto taken = RedirectListener::open((*free)->uri());
  REQUIRE_FALSE(taken);
  CHECK(taken.error().code() == Code::conflict);
}

TEST_CASE("a given address keeps its path and query") {
  std::string uri = (*RedirectListener::open("")).value().uri();
  uri = uri.substr(0, uri.rfind('/')) + "/a/b?c=d";
  const auto same = RedirectListener::open(uri);
  REQUIRE(same);
  REQUIRE(*same);
  CHECK((*same)->uri() == uri);
}

}  // namespace
}  // namespace facio::mcp
