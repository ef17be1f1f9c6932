// The chain of audit events: numbers, times and hashes, and that a change of the log is found.
#include <sodium/crypto_hash_sha256.h>

#include <catch2/catch.hpp>

#include "cli/core/json.hpp"
#include "cli/core/time.hpp"
#include "commands/serve/store/sqlite/audit_chain.hpp"
#include "commands/serve/store/store.hpp"
#include "tests/unit/commands/serve/store/directory.hpp"

using namespace facio;
using store::Transaction;

namespace {

std::unique_ptr<store::Store> open(const std::string& directory) {
  auto opened = store::open_sqlite({.directory = directory});
  if (!opened) FAIL(opened.error().message());
  return std::move(*opened);
}

Status append(store::Store& store, const AuditEvent& event) {
  return store.run([event](Transaction& tx) { return tx.append_audit("main", event); });
}

AuditEvent event(std::string kind, std::string ts = {}) {
  AuditEvent made;
  made.event = std::move(kind);
  made.ts = std::move(ts);
  return made;
}

}  // namespace

TEST_CASE("the hash covers the hash before and the event without its own", "[store][audit]") {
  auto store = open("");
  AuditEvent first = event("first", "2026-11-20T07:00:00.123Z");
  first.message = "quote \" and \xc3\xa4";
  first.details = RawJson{R"({"a":[1,2]})"};
  REQUIRE(append(*store, first));
  REQUIRE(append(*store, event("second", "2026-11-20T07:00:01.000Z")));
  auto slice = store->audit().list("main", {.ascending = true});
  REQUIRE(slice);
  auto items = JsonDocument::parse(slice->items);
  REQUIRE(items);
  const JsonRef one = items->root().at(0);
  CHECK(one.get("seq").integer() == 1);
  CHECK(one.get("ts").string() == "2026-11-20T07:00:00.123Z");
  CHECK(one.get("prev_hash").string() == std::string(64, '0'));
  CHECK(one.get("details").dump() == R"({"a":[1,2]})");

  // Made by hand, as the documentation of the shape says.
  JsonDocument copy = JsonDocument::object();
  copy.merge(one);
  copy.erase("hash");
  const std::string hashed = std::string(64, '0') + "\n" + copy.dump();
  unsigned char digest[crypto_hash_sha256_BYTES];
  crypto_hash_sha256(digest, reinterpret_cast<const unsigned char*>(hashed.data()), hashed.size());
  std::string expected;
  for (const unsigned char byte : digest) {
    char text[3];
    std::snprintf(text, sizeof text, "%02x", byte);
    expected += text;
  }
  CHECK(one.get("hash").string() == expected);
  CHECK(items->root().at(1).get("prev_hash").string() == expected);
  CHECK(items->root().at(1).get("seq").integer() == 2);
}

TEST_CASE("an event has the time of the clock, also of one that was set back, and its place in the order of writing", "[store][audit]") {
  auto store = open("");
  REQUIRE(append(*store, event("a", "2030-01-01T00:00:00.000Z")));
  REQUIRE(append(*store, event("b", "2029-01-01T00:00:00.000Z")));
  REQUIRE(append(*store, event("c", "2031-01-01T00:00:00.000Z")));
  auto slice = store->audit().list("main", {.ascending = true});
  REQUIRE(slice);
  auto items = JsonDocument::parse(slice->items);
  constexpr const char* kTimes[] = {"2030-01-01T00:00:00.000Z", "2029-01-01T00:00:00.000Z", "2031-01-01T00:00:00.000Z"};
  for (std::size_t i = 0; i < 3; ++i) CHECK(items->root().at(i).get("ts").string() == kTimes[i]);
  CHECK(*store->audit().verify("main") == 3);
}

TEST_CASE("an event without a time gets the current one", "[store][audit]") {
  auto store = open("");
  const std::int64_t before = now_ms();
  REQUIRE(append(*store, event("a")));
  const std::int64_t after = now_ms();
  auto slice = store->audit().list("main", {});
  auto items = JsonDocument::parse(slice->items);
  const auto ts = parse_rfc3339(items->root().at(0).get("ts").string());
  REQUIRE(ts);
  CHECK(*ts >= before);
  CHECK(*ts <= after);
}

TEST_CASE("what would spoil the log is refused", "[store][audit]") {
  auto store = open("");
  CHECK_FALSE(append(*store, event("")));
  CHECK_FALSE(append(*store, event("a", "yesterday")));
  AuditEvent broken = event("a");
  broken.details = RawJson{"{\"a\":"};
  CHECK_FALSE(append(*store, broken));
  CHECK(*store->audit().verify("main") == 0);
}

TEST_CASE("events cannot be changed or deleted", "[store][audit]") {
  const TemporaryDirectory place;
  // A full block, so that the index has rows too.
  REQUIRE(open(place.data())->run([](Transaction& tx) {
    for (int i = 0; i < 1024; ++i)
      if (auto status = tx.append_audit("main", event("a")); !status) return status;
    return Status{};
  }));
  auto database = store::Database::open(place.data() + "/facio.db");
  REQUIRE(database);
  for (const char* sql : {"UPDATE audit SET event='b'", "DELETE FROM audit", "UPDATE audit_places SET n=0", "DELETE FROM audit_places"}) {
    auto status = (*database)->execute(sql);
    INFO(sql);
    REQUIRE_FALSE(status);
    CHECK(status.error().message().find("cannot be") != std::string::npos);
  }
}

TEST_CASE("a change made behind the store's back is found, with its place", "[store][audit]") {
  const TemporaryDirectory place;
  {
    auto store = open(place.data());
    // Letters that no hash in a body has.
    for (const char* kind : {"wwww", "vvvv", "yyyy", "zzzz"}) REQUIRE(append(*store, event(kind)));
    CHECK(*store->audit().verify("main") == 4);
  }
  const auto [sql, where] = GENERATE(table<std::string, std::string>({
      {"UPDATE audit SET body = replace(body, 'vvvv', 'xxxx')", "event 2"},
      {"UPDATE audit SET body = replace(body, '\"seq\":3', '\"seq\":7')", "event 3"},
      {"UPDATE audit SET body = '{}' WHERE body LIKE '%yyyy%'", "event 3"},
      {"DELETE FROM audit WHERE body LIKE '%yyyy%'", "event 3"},
      {"DELETE FROM audit WHERE body LIKE '%zzzz%'", "event 4"},
      {"UPDATE audit SET body = (SELECT body FROM audit WHERE body LIKE '%wwww%') WHERE body LIKE '%vvvv%'", "event 2"},
  }));
  {
    auto database = store::Database::open(place.data() + "/facio.db");
    REQUIRE(database);
    for (const char* name : {"audit_keeps", "audit_stays"}) REQUIRE((*database)->execute(("DROP TRIGGER " + std::string(name)).c_str()));
    REQUIRE((*database)->execute("PRAGMA foreign_keys=OFF"));
    REQUIRE((*database)->execute(sql.c_str()));
  }
  auto verified = open(place.data())->audit().verify("main");
  INFO(sql);
  REQUIRE_FALSE(verified);
  CHECK(verified.error().code() == Code::integrity);
  CHECK(verified.error().message().find(where) != std::string::npos);
}

TEST_CASE("agents have logs of their own", "[store][audit]") {
  auto store = open("");
  REQUIRE(store->run([](Transaction& tx) {
    for (int i = 0; i < 5; ++i)
      for (const char* agent : {"main", "other"})
        if (auto status = tx.append_audit(agent, event(agent)); !status) return status;
    return Status{};
  }));
  for (const char* agent : {"main", "other"}) {
    CHECK(*store->audit().verify(agent) == 5);
    auto slice = store->audit().list(agent, {.event = {"main"}});
    CHECK(slice->count == (std::string(agent) == "main" ? 5 : 0));
  }
  CHECK(store->audit().list("nobody", {})->items == "[]");
  CHECK(*store->audit().verify("nobody") == 0);
}
