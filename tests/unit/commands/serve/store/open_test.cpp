// Opening: the lock, versions, and directories that cannot be used.
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <fcntl.h>
#include <fstream>
#include <future>
#include <mutex>
#include <new>
#include <sys/wait.h>

#include "commands/serve/store/sqlite/connections.hpp"
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

TEST_CASE("a read that throws leaves the store as it was", "[store]") {
  const TemporaryDirectory place;
  std::recursive_mutex turn;
  auto database = store::Database::open(":memory:");
  REQUIRE(database);
  const bool shared = GENERATE(true, false);
  if (!shared) {
    REQUIRE(store::open_sqlite({.directory = place.data()}));
    execute(place.data(), "CREATE TABLE probe (value INTEGER) STRICT;");
  } else {
    REQUIRE((*database)->execute("CREATE TABLE probe (value INTEGER) STRICT;"));
  }
  auto connections =
      shared ? std::make_unique<store::Connections>(**database, turn) : std::make_unique<store::Connections>(place.data() + "/facio.db");
  const auto throwing = [](store::Database& one) -> Result<std::int64_t> {
    (void)one.query("SELECT count(*) FROM probe").first_integer();
    throw std::bad_alloc();
  };
  const auto reading = [](store::Database& one) -> Result<std::int64_t> {
    return one.query("SELECT count(*) FROM probe").first_integer().map([](auto count) { return count.value_or(-1); });
  };
  CHECK_THROWS_AS(connections->snapshot(throwing), std::bad_alloc);
  CHECK(connections->snapshot(reading) == 0);
  CHECK_FALSE((*database)->in_transaction());
  CHECK_THROWS_AS(connections->read(throwing), std::bad_alloc);
  CHECK(connections->read(reading) == 0);
}

TEST_CASE("the first change waits for another program that copies the log", "[store]") {
  const TemporaryDirectory place;
  REQUIRE(store::open_sqlite({.directory = place.data()}));
  // What sqlite3 and backup programs hold during a checkpoint: a lock on one byte of the index of the log, by a process of its own.
  execute(place.data(), "PRAGMA journal_mode=WAL;");
  auto keeper = store::Database::open(place.data() + "/facio.db");  // keeps that file
  REQUIRE(keeper);
  REQUIRE((*keeper)->execute("PRAGMA journal_mode=WAL; SELECT count(*) FROM sqlite_schema;"));
  int held[2], released[2];
  REQUIRE((::pipe(held) == 0 && ::pipe(released) == 0));
  const std::string index = place.data() + "/facio.db-shm";
  const pid_t other = ::fork();
  if (other == 0) {
    const int file = ::open(index.c_str(), O_RDWR);
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    lock.l_start = 121;  // WAL_CKPT_LOCK
    lock.l_len = 1;
    const char locked = ::fcntl(file, F_SETLK, &lock) == 0 ? 'y' : 'n';
    (void)!::write(held[1], &locked, 1);
    char go = 0;
    (void)!::read(released[0], &go, 1);
    ::_exit(0);
  }
  char locked = 0;
  REQUIRE((::read(held[0], &locked, 1) == 1 && locked == 'y'));
  auto opened = store::open_sqlite({.directory = place.data()});
  REQUIRE(opened);
  std::promise<Status> saved;
  (*opened)->submit([](store::Transaction& tx) { return tx.save_settings("main", "{}"); },
                    [&saved](Status status) { saved.set_value(std::move(status)); });
  auto outcome = saved.get_future();
  CHECK(outcome.wait_for(std::chrono::milliseconds(300)) == std::future_status::timeout);
  (void)!::write(released[1], "g", 1);
  CHECK(outcome.get());
  ::waitpid(other, nullptr, 0);
  for (const int end : {held[0], held[1], released[0], released[1]}) ::close(end);
}
