// A disk that refuses: what is told, what is kept, and that all goes on afterwards.
#include <sys/resource.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>

#include "commands/serve/store/store.hpp"
#include "tests/unit/commands/serve/store/directory.hpp"

using namespace facio;
using store::Transaction;

namespace {

/// No file of this process may grow beyond the limit, as on a full disk.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit small{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  void (*handler_)(int);
  rlimit before_{};
};

AuditEvent event_of(std::string kind) {
  AuditEvent event;
  event.event = std::move(kind);
  return event;
}

Status save(store::Store& store, std::size_t bytes) {
  return store.run([bytes](Transaction& tx) { return tx.save_settings("main", "{\"x\":\"" + std::string(bytes, 'x') + "\"}"); });
}

std::int64_t count(store::Store& store, const std::string& kind) {
  auto slice = store.audit().list("main", {.limit = 1000, .event = {kind}});
  REQUIRE(slice);
  return slice->count;
}

}  // namespace

TEST_CASE("a full disk refuses changes, keeps events, and is forgotten when there is room", "[store]") {
  const TemporaryDirectory place;
  auto opened = store::open_sqlite({.directory = place.data()});
  REQUIRE(opened);
  store::Store& store = **opened;
  REQUIRE(save(store, 10));
  std::atomic<int> answered = 0;
  {
    const FullDisk full(std::filesystem::file_size(place.data() + "/facio.db-wal") + 20'000);
    Status status = save(store, 200'000);
    REQUIRE_FALSE(status);
    CHECK(status.error().code() == Code::unavailable);
    // Reads go on, of what was acknowledged.
    CHECK(store.settings().load("main")->value().size() == 18);
    // Events that cannot be written: nobody's answer waits for them.
    for (int i = 0; i < 100; ++i) {
      AuditEvent event = event_of("read");
      event.message = std::string(1000, 'm');
      store.note("main", std::move(event), [&] { ++answered; });
    }
    CHECK_FALSE(store.drain());
    CHECK(answered == 100);
    CHECK(count(store, "read") == 0);
  }
  REQUIRE(save(store, 200'000));
  CHECK(store.settings().load("main")->value().size() == 200'008);
  REQUIRE(store.drain());
  CHECK(count(store, "read") == 100);
  CHECK(*store.audit().verify("main") == 100);
}

TEST_CASE("events beyond what can be kept for a full disk are counted", "[store]") {
  const TemporaryDirectory place;
  constexpr int kEvents = 20'000;
  {
    auto opened = store::open_sqlite({.directory = place.data()});
    REQUIRE(opened);
    store::Store& store = **opened;
    REQUIRE(save(store, 10));
    std::atomic<int> answered = 0;
    {
      const FullDisk full(std::filesystem::file_size(place.data() + "/facio.db-wal"));
      for (int i = 0; i < kEvents; ++i) store.note("main", event_of("read"), [&] { ++answered; });
      CHECK_FALSE(store.drain());
      CHECK(answered == kEvents);
    }
    REQUIRE(store.drain());
    CHECK(count(store, "audit_lost") == 1);
    auto told = store.audit().list("main", {.event = {"audit_lost"}});
    const std::int64_t kept = *store.audit().verify("main") - 1;
    CHECK(told->items.find("\"message\":\"" + std::to_string(kEvents - kept) + " events were lost") != std::string::npos);
    CHECK(kept >= 8192);
  }
  CHECK(store::open_sqlite({.directory = place.data()}));
}

TEST_CASE("an event is there before work that is submitted after it is acknowledged", "[store]") {
  const TemporaryDirectory place;
  const bool in_memory = GENERATE(false, true);
  auto opened = store::open_sqlite({.directory = in_memory ? "" : place.data()});
  REQUIRE(opened);
  store::Store& store = **opened;
  for (int i = 1; i <= 200; ++i) {
    bool answered = false;
    store.note("main", event_of("read"), [&] { answered = true; });
    CHECK(answered);
    REQUIRE(store.drain());
    REQUIRE(count(store, "read") == i);
  }
}

TEST_CASE("an answer of large events ends before 10 MiB and says that there are more", "[store]") {
  auto opened = store::open_sqlite({});
  REQUIRE(opened);
  store::Store& store = **opened;
  REQUIRE(store.run([](Transaction& tx) {
    for (int i = 0; i < 300; ++i) {
      AuditEvent event = event_of("large");
      event.run_id = "one";
      event.message = std::string(60'000, 'm');
      if (auto status = tx.append_audit("main", std::move(event)); !status) return status;
    }
    return Status{};
  }));
  constexpr std::size_t kMost = 10 * 1024 * 1024;
  auto page = store.audit().list("main", {.limit = 1000});
  REQUIRE(page);
  CHECK(page->has_more);
  CHECK(page->count > 100);
  CHECK(page->count < 300);
  CHECK(page->items.size() < kMost);
  auto rest = store.audit().list("main", {.limit = 1000, .offset = page->count});
  CHECK(page->count + rest->count == 300);
  CHECK_FALSE(rest->has_more);
  auto run = store.audit().run("main", "one");
  CHECK(run->has_more);
  CHECK(run->items.size() < kMost);
  // The end of the log is never what is left out of its tail.
  auto tail = store.audit().tail("main", 0, 500);
  CHECK(tail->items.size() < kMost);
  CHECK(tail->count > 100);
  CHECK(tail->items.rfind("\"seq\":300,") > tail->items.size() - 70'000);
}
