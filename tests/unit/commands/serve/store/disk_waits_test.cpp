// What waits for the disk: nothing while a new store is opened, and all that it consists of before the first change is acknowledged.
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "commands/serve/store/store.hpp"
#include "tests/unit/commands/serve/store/directory.hpp"

using namespace facio;
using store::Transaction;

namespace {

std::mutex mutex;
std::vector<std::pair<std::thread::id, std::string>> waits;

void note(int fd) {
  char name[256];
  const ssize_t size = ::readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), name, sizeof name);
  const std::string path(name, size < 0 ? 0 : static_cast<std::size_t>(size));
  const std::lock_guard guard(mutex);
  waits.emplace_back(std::this_thread::get_id(), path.substr(path.rfind('/') + 1));
}

std::vector<std::pair<std::thread::id, std::string>> taken() {
  const std::lock_guard guard(mutex);
  return std::exchange(waits, {});
}

}  // namespace

// In place of the system's: the store calls these.
extern "C" int fdatasync(int fd) {
  note(fd);
  return static_cast<int>(::syscall(SYS_fdatasync, fd));
}
extern "C" int fsync(int fd) {
  note(fd);
  return static_cast<int>(::syscall(SYS_fsync, fd));
}

TEST_CASE("a new store waits for the disk when it is open, and before it acknowledges anything", "[store]") {
  const TemporaryDirectory place;
  (void)taken();
  auto opened = store::open_sqlite({.directory = place.data()});
  REQUIRE(opened);
  REQUIRE((*opened)->run([](Transaction& tx) { return tx.save_settings("main", "{}"); }));
  const auto all = taken();
  for (const auto& [thread, file] : all) CHECK(thread != std::this_thread::get_id());
  for (const std::string file : {"facio.db", "facio.db-wal", "data"}) {
    INFO(file);
    CHECK(std::ranges::any_of(all, [&](const auto& wait) { return wait.second == file; }));
  }
  // From then on one wait a change.
  REQUIRE((*opened)->run([](Transaction& tx) { return tx.save_settings("main", "{\"a\":1}"); }));
  const auto one = taken();
  REQUIRE(one.size() == 1);
  CHECK(one.front().second == "facio.db-wal");
}

TEST_CASE("work that waits at the same time shares one wait for the disk", "[store]") {
  const TemporaryDirectory place;
  auto opened = store::open_sqlite({.directory = place.data()});
  REQUIRE(opened);
  REQUIRE((*opened)->run([](Transaction& tx) { return tx.save_settings("main", "{}"); }));
  (void)taken();
  (*opened)->submit(
      [&](Transaction& tx) {
        // More comes while this one is at work.
        for (int i = 0; i < 32; ++i)
          (*opened)->submit([](Transaction& more) { return more.save_settings("main", "{\"b\":1}"); }, [](const Status&) {});
        return tx.save_settings("main", "{\"a\":1}");
      },
      {});
  REQUIRE((*opened)->drain());
  REQUIRE((*opened)->drain());
  CHECK(taken().size() == 2);
}
