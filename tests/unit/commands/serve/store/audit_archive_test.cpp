// The tree over the log, and the events that are moved to archives.
#include <catch2/catch.hpp>

#include "cli/core/json_scan.hpp"
#include "cli/core/time.hpp"
#include "commands/serve/store/sqlite/database.hpp"
#include "commands/serve/store/store.hpp"
#include "tests/unit/commands/serve/store/directory.hpp"

using namespace facio;
using store::Transaction;

namespace {

constexpr std::int64_t kBlockOfLog = 1024;

std::unique_ptr<store::Store> open_store(const std::string& directory) {
  auto opened = store::open_sqlite({.directory = directory});
  if (!opened) FAIL(opened.error().message());
  return std::move(*opened);
}

/// Appends events of kinds that come in turn; each block has one kind of its own.
void append_many(store::Store& store, std::int64_t count, std::int64_t from = 0) {
  REQUIRE(store.run([count, from](Transaction& tx) -> Status {
    for (std::int64_t i = from; i < from + count; ++i) {
      AuditEvent event;
      event.event = i % 3 == 0 ? "third" : "other";
      event.tool_name = "block-" + std::to_string(i / kBlockOfLog);
      event.ts = format_rfc3339(1'700'000'000'000 + i * 1000);
      if (auto status = tx.append_audit("main", std::move(event)); !status) return status;
    }
    return {};
  }));
}

/// The root over the hashes of the first events, computed from what the store gives.
HashBytes root_of_events(store::Store& store, std::int64_t count) {
  MerkleTree tree;
  REQUIRE(store.audit().each("main", {1, count}, [&tree](std::string_view event) -> Status {
    tree.add(*hash_from_hex(json::member(event, "hash").substr(1, 64)));
    return {};
  }));
  return tree.root();
}

store::AuditArchive archive_to(store::Store& store, std::int64_t first, std::int64_t last) {
  store::AuditArchive archive{.first = first, .last = last, .last_ms = 1'700'000'000'000 + (last - 1) * 1000, .file = "file"};
  REQUIRE(store.audit().each("main", {last, last}, [&archive](std::string_view event) -> Status {
    archive.last_hash = json::member(event, "hash").substr(1, 64);
    return {};
  }));
  return archive;
}

Status move(store::Store& store, const store::AuditArchive& archive) {
  return store.run([&archive](Transaction& tx) { return tx.archive_audit("main", archive); });
}

std::int64_t count_of(store::Store& store, store::AuditQuery query) {
  query.limit = 10000;
  const auto slice = store.audit().list("main", query);
  REQUIRE(slice);
  return slice->count;
}

}  // namespace

TEST_CASE("the tree of any size is that of the events, in memory and from the file", "[store][audit]") {
  const TemporaryDirectory place;
  std::vector<HashBytes> roots;
  const std::int64_t sizes[] = {0, 1, 2, 1023, 1024, 1025, 2047, 2048, 2500};
  {
    auto store = open_store(place.data());
    append_many(*store, 2500);
    for (const std::int64_t size : sizes) {
      const auto tree = store->audit().tree("main", static_cast<std::uint64_t>(size));
      REQUIRE(tree);
      roots.push_back(tree->root());
      if (size != 0) CHECK(tree->root() == root_of_events(*store, size));
    }
    CHECK(store->audit().end("main")->root() == roots.back());
    CHECK(store->audit().tree("main", 2501).error().code() == Code::not_found);
  }
  auto again = open_store(place.data());
  CHECK(again->audit().end("main")->root() == roots.back());
  append_many(*again, 1, 2500);
  CHECK(again->audit().end("main")->root() == root_of_events(*again, 2501));
  CHECK(again->audit().end("nobody")->size() == 0);
}

TEST_CASE("work that failed leaves no trace in the tree", "[store][audit]") {
  auto store = open_store("");
  append_many(*store, 1020);
  const auto before = store->audit().end("main")->root();
  CHECK_FALSE(store->run([](Transaction& tx) -> Status {
    for (int i = 0; i < 10; ++i) {  // over the end of a block
      AuditEvent event;
      event.event = "undone";
      if (auto status = tx.append_audit("main", std::move(event)); !status) return status;
    }
    return fail(Code::internal, "no");
  }));
  CHECK(store->audit().end("main")->root() == before);
  append_many(*store, 10, 1020);
  CHECK(store->audit().end("main")->root() == root_of_events(*store, 1030));
}

TEST_CASE("what is in an archive leaves the store, and nothing else does", "[store][audit]") {
  const TemporaryDirectory place;
  HashBytes root{};
  {
    auto store = open_store(place.data());
    append_many(*store, 3 * kBlockOfLog + 100);
    root = store->audit().end("main")->root();
    CHECK_FALSE(*store->audit().expired("main", {}));
    const auto old = store->audit().expired("main", {.from_ms = 1'700'000'000'000 + 2100 * 1000});
    REQUIRE(*old);
    CHECK(((*old)->first == 1 && (*old)->last == 2 * kBlockOfLog));
    CHECK_FALSE(*store->audit().expired("main", {.most_bytes = 100'000'000}));
    CHECK((*store->audit().expired("main", {.most_bytes = 1}))->last == 3 * kBlockOfLog);
    // Neither from the middle, nor parts of blocks, nor the end.
    for (const auto& [first, last] :
         {std::pair{kBlockOfLog + 1, 2 * kBlockOfLog}, {std::int64_t{1}, std::int64_t{1000}}, {std::int64_t{1}, 3 * kBlockOfLog + 100}})
      CHECK(move(*store, archive_to(*store, first, last)).error().code() == Code::conflict);
    REQUIRE(move(*store, archive_to(*store, 1, 2 * kBlockOfLog)));
    CHECK(store->audit().archives("main")->size() == 1);
  }
  auto store = open_store(place.data());
  CHECK(*store->audit().verify("main") == 3 * kBlockOfLog + 100);
  CHECK(store->audit().end("main")->root() == root);
  CHECK(store->audit().tree("main", 2 * kBlockOfLog)->size() == 2 * kBlockOfLog);
  CHECK(*store->audit().last("main") == 3 * kBlockOfLog + 100);
  CHECK(count_of(*store, {}) == kBlockOfLog + 100);
  CHECK(count_of(*store, {.tool = {"block-1"}}) == 0);
  CHECK(count_of(*store, {.tool = {"block-2"}}) == kBlockOfLog);
  CHECK(count_of(*store, {.sort_by = "event", .event = {"third"}, .tool = {"block-2", "block-3"}}) == 375);
  const auto stats = store->audit().stats("main", 0, now_ms());
  REQUIRE(stats);
  CHECK((stats->total == kBlockOfLog + 100 && stats->by_tool.size() == 2));
  CHECK((stats->by_event.at("third") == 375 && stats->by_tool.at("block-2") == kBlockOfLog));
  // The last events may not be moved: the log must know where it ends.
  CHECK((*store->audit().expired("main", {.most_bytes = 1}))->last == 3 * kBlockOfLog);
  append_many(*store, 924, 3 * kBlockOfLog + 100);
  CHECK((*store->audit().expired("main", {.most_bytes = 1}))->last == 3 * kBlockOfLog);
}

TEST_CASE("events that no archive has cannot be deleted", "[store][audit]") {
  const TemporaryDirectory place;
  {
    auto store = open_store(place.data());
    append_many(*store, 2 * kBlockOfLog + 1);
    REQUIRE(move(*store, archive_to(*store, 1, kBlockOfLog)));
  }
  auto database = store::Database::open(place.data() + "/facio.db");
  REQUIRE(database);
  for (const char* sql : {"DELETE FROM audit", "DELETE FROM audit_places", "DELETE FROM audit_tree", "UPDATE audit_tree SET bytes = 0",
                          "DELETE FROM audit_archive", "UPDATE audit_archive SET last = 3000"}) {
    INFO(sql);
    CHECK_FALSE((*database)->execute(sql));
  }
}

TEST_CASE("a log that was cut goes on over the end of its block, with a right index", "[store][audit]") {
  const TemporaryDirectory place;
  {
    auto store = open_store(place.data());
    append_many(*store, 2 * kBlockOfLog + 5);
  }
  {
    auto database = store::Database::open(place.data() + "/facio.db");
    REQUIRE(database);
    REQUIRE((*database)->execute("DROP TRIGGER audit_stays; DELETE FROM audit WHERE pos & 1099511627775 > 1500"));
  }
  auto store = open_store(place.data());
  CHECK(*store->audit().last("main") == 1500);
  CHECK(count_of(*store, {.event = {"third"}}) == 500);
  append_many(*store, 1000, 5000);
  CHECK(count_of(*store, {.tool = {"block-1"}}) == 476);
  CHECK(store->audit().stats("main", 0, now_ms())->by_tool.at("block-1") == 476);
  CHECK(store->audit().end("main")->root() == root_of_events(*store, 2500));
}
