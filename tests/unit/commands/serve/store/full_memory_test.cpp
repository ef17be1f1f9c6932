// A store in memory that may hold only so much.
#include <catch2/catch.hpp>

#include "commands/serve/store/store.hpp"

using namespace facio;
using store::Transaction;

namespace {

constexpr std::int64_t kMost = 4 << 20;

Status save(store::Store& store, const std::string& id, std::size_t bytes) {
  return store.run([&](Transaction& tx) { return tx.save_document("main", "thing", id, "\"" + std::string(bytes, 'x') + "\""); });
}

std::int64_t count(store::Store& store, const std::string& kind) {
  auto slice = store.audit().list("main", {.limit = 1000, .event = {kind}});
  REQUIRE(slice);
  return slice->count;
}

}  // namespace

TEST_CASE("a store in memory refuses what makes it larger than it may be, and what frees room works on", "[store]") {
  auto opened = store::open_sqlite({.most_bytes = kMost});
  REQUIRE(opened);
  store::Store& store = **opened;
  int kept = 0;
  Status full;
  while ((full = save(store, std::to_string(kept), 100'000))) ++kept;
  CHECK(kept > 30);
  CHECK(kept < 42);
  CHECK(full.error().code() == Code::unavailable);
  CHECK_THAT(full.error().message(), Catch::Contains("the store in memory is full: it contains 4 MiB"));
  CHECK_THAT(full.error().message(), Catch::Contains("--memory-limit"));
  CHECK(store.documents().list("main", "thing")->size() == static_cast<std::size_t>(kept));

  // A change beside one that was refused is not undone with it.
  REQUIRE(store.run([](Transaction& tx) { return tx.erase_document("main", "thing", "0").map([](bool) {}); }));
  CHECK(store.documents().list("main", "thing")->size() == static_cast<std::size_t>(kept - 1));
  CHECK(save(store, "0", 50'000));
}

TEST_CASE("events that nobody waits for are counted, not kept, while the memory is full", "[store]") {
  auto opened = store::open_sqlite({.most_bytes = kMost});
  REQUIRE(opened);
  store::Store& store = **opened;
  AuditEvent event;
  event.event = "seen";
  event.message = std::string(1000, 'x');
  for (int i = 0; i < 10'000; ++i) store.note("main", event, {});
  REQUIRE(store.drain());
  const std::int64_t seen = *store.audit().verify("main");
  CHECK(seen > 1000);
  CHECK(seen < 5000);
  CHECK(count(store, "audit_lost") == 0);
  CHECK_FALSE(save(store, "a", 100'000));
  CHECK(*store.audit().verify("main") == seen);
}
