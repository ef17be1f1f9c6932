#include "commands/serve/store/sqlite/checkpoints.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/unit/commands/serve/store/directory.hpp"

using namespace facio;

TEST_CASE("the log file stays bounded when nothing can be copied beside the writer", "[store]") {
  const TemporaryDirectory place;
  std::filesystem::create_directories(place.data());
  const std::string path = std::string(place.data()) + "/log.db";
  std::ofstream(path).close();  // it opens only what is there
  auto database = store::Database::open(path);
  REQUIRE(database);
  REQUIRE((*database)->execute("PRAGMA journal_mode=WAL"));
  REQUIRE((*database)->execute("PRAGMA synchronous=OFF"));
  REQUIRE((*database)->execute("CREATE TABLE t (body BLOB)"));
  const store::Checkpoints checkpoints(**database, "/nowhere/at/all.db");
  std::uintmax_t longest = 0;
  for (int i = 0; i < 40; ++i) {
    REQUIRE((*database)->execute("INSERT INTO t VALUES (zeroblob(4000000))"));  // a thousand pages
    REQUIRE((*database)->execute("DELETE FROM t"));
    longest = std::max(longest, std::filesystem::file_size(path + "-wal"));
  }
  CHECK(longest < 3ULL * 4096 * 4096);
}
