#include "cli/core/error.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "cli/core/streams.hpp"
#include "cli/core/unique_function.hpp"
#include <fcntl.h>
#include <unistd.h>

using namespace facio;

TEST_CASE("statuses map to codes and exit codes") {
  CHECK(code_of_http(200) == Code::ok);
  CHECK(info(code_of_http(401)).exit == 3);
  CHECK(info(code_of_http(403)).exit == 4);
  CHECK(info(code_of_http(404)).exit == 5);
  CHECK(info(code_of_http(409)).exit == 6);
  CHECK(info(code_of_http(412)).exit == 6);
  CHECK(info(code_of_http(400)).exit == 7);
  CHECK(info(code_of_http(422)).exit == 7);
  CHECK(info(code_of_http(413)).exit == 7);
  CHECK(info(code_of_http(405)).exit == 10);
  CHECK(info(code_of_http(501)).exit == 10);
  CHECK(info(code_of_http(429)).exit == 13);
  CHECK(info(code_of_http(500)).exit == 14);
  CHECK(info(code_of_http(599)).exit == 14);
  CHECK(info(code_of_http(504)).exit == 12);
}

TEST_CASE("an exit code has one name, and a wire code one status except timeouts") {
  std::set<std::pair<int, std::string_view>> pairs;
  for (const CodeInfo& row : code_table()) pairs.emplace(row.exit, row.name);
  std::set<int> exits;
  for (const auto& [exit, name] : pairs) CHECK(exits.insert(exit).second);
}

TEST_CASE("an error carries what it knows") {
  const Error error = Error(Code::not_found, "no job x").with_hint("facioctl cron list").with_http(404, "GET", "/api/v1/cron/x", "r1");
  const Error copy = error;
  CHECK(copy.message() == "no job x");
  CHECK(copy.hint() == "facioctl cron list");
  CHECK(copy.http() == 404);
  CHECK(sizeof(Error) == sizeof(void*));
}

TEST_CASE("a full device is an output error, and stays one") {
  const int fd = ::open("/dev/full", O_WRONLY);
  REQUIRE(fd >= 0);
  {
    FdOutput output(fd);
    CHECK(output.write("x"));
    CHECK(output.flush().error().code() == Code::output);
    CHECK(output.write("y").error().code() == Code::output);
  }
  ::close(fd);
}

TEST_CASE("a unique function owns what it captures") {
  auto owned = std::make_unique<int>(4);
  UniqueFunction<int(int)> add = [owned = std::move(owned)](int x) { return *owned + x; };
  UniqueFunction<int(int)> moved = std::move(add);
  CHECK(moved(3) == 7);
  CHECK_FALSE(add);  // NOLINT(bugprone-use-after-move): being empty is the promise
}
