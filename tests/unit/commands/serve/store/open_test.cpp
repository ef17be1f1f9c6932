// Opening: the lock, versions, and directories that cannot be used.
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "commands/serve/store/sqlite/database.hpp"
#include "commands/serve/store/sqlite/schema.hpp"
#include "commands/serve/store/store.hpp"
#include "tests/unit/commands/serve/store/directory.hpp"

using namespace facio;

namespace {

void execute(const std::string& directory, const std::string& sql) {
  auto database = store::Database::open(directory + "/facio.db");
  REQUIRE(database);
  REQUIRE((*database)->execute(sql.c_str()));
}

Error refusal(const std::string& directory) {
  auto opened = store::open_sqlite({.directory = directory});
  REQUIRE_FALSE(opened);
  return opened.error();
}

}  // namespace

TEST_CASE("a directory that is in use is refused with the holder's process id", "[store]") {
  const TemporaryDirectory place;
  {
    auto first = store::open_sqlite({.directory = place.data()});
    REQUIRE(first);
    const Error error = refusal(place.data());
    CHECK(error.code() == Code::conflict);
    CHECK(error.message().find("process " + std::to_string(::getpid())) != std::string::npos);
    CHECK_FALSE(error.hint().empty());
  }
  CHECK(store::open_sqlite({.directory = place.data()}));
}

TEST_CASE("data of a newer version is refused and left alone", "[store]") {
  const TemporaryDirectory place;
  REQUIRE(store::open_sqlite({.directory = place.data()}));
  const int newer = store::schema_version() + 6;
  execute(place.data(), "PRAGMA user_version=" + std::to_string(newer));
  const Error error = refusal(place.data());
  CHECK(error.code() == Code::usage);
  CHECK(error.message().find("schema " + std::to_string(newer)) != std::string::npos);
  execute(place.data(), "PRAGMA user_version=" + std::to_string(store::schema_version()));
  CHECK(store::open_sqlite({.directory = place.data()}));
}

TEST_CASE("a database of another program is refused", "[store]") {
  const TemporaryDirectory place;
  std::filesystem::create_directories(place.data());
  std::ofstream(place.data() + "/facio.db").close();
  execute(place.data(), "CREATE TABLE theirs (x)");
  const Error error = refusal(place.data());
  CHECK(error.code() == Code::usage);
  CHECK(error.message().find("another program") != std::string::npos);
}

TEST_CASE("a file that is no database is refused", "[store]") {
  const TemporaryDirectory place;
  std::filesystem::create_directories(place.data());
  std::ofstream(place.data() + "/facio.db") << std::string(4096, 'x');
  CHECK(refusal(place.data()).code() == Code::usage);
}

TEST_CASE("a directory that cannot be used is refused", "[store]") {
  const TemporaryDirectory place;
  std::ofstream(place.data()) << "a file";
  CHECK(refusal(place.data()).code() == Code::usage);
  CHECK(refusal(place.data() + "/below").code() == Code::usage);
  CHECK(refusal("/proc/nothing/here").code() == Code::usage);
}

TEST_CASE("migrating twice changes nothing", "[store]") {
  auto database = store::Database::open(":memory:");
  REQUIRE(database);
  REQUIRE(store::migrate(**database, "memory"));
  CHECK(**(*database)->query("PRAGMA user_version").first_integer() == store::schema_version());
  const auto tables = **(*database)->query("SELECT count(*) FROM sqlite_schema").first_integer();
  REQUIRE(store::migrate(**database, "memory"));
  CHECK(**(*database)->query("SELECT count(*) FROM sqlite_schema").first_integer() == tables);
  CHECK(tables > 5);
}
