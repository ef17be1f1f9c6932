// Sessions, messages and usage in the store.
#include <catch2/catch.hpp>

#include "cli/core/shape_json.hpp"
#include "cli/core/time.hpp"
#include "commands/serve/store/store.hpp"
#include "tests/unit/commands/serve/store/directory.hpp"

using namespace facio;
using store::Transaction;

namespace {

constexpr std::int64_t kDay = std::int64_t{24} * 60 * 60 * 1000;

std::unique_ptr<store::Store> open(const std::string& directory) {
  auto opened = store::open_sqlite({.directory = directory});
  if (!opened) FAIL(opened.error().message());
  return std::move(*opened);
}

SessionMessage said(const std::string& text) {
  SessionMessage message;
  message.role = "user";
  message.content = RawJson{to_json(text)};
  return message;
}

void say(store::Store& store, const std::string& key, std::int64_t at, const std::string& text = "hello") {
  const std::string channel = key.substr(0, key.find(':'));
  REQUIRE(store.run([&](Transaction& tx) { return tx.append_message("main", key, channel, at, said(text)); }));
}

std::string keys(store::Store& store, const store::SessionQuery& query) {
  auto slice = store.sessions().list("main", query);
  REQUIRE(slice);
  auto items = JsonDocument::parse(slice->items);
  REQUIRE(items);
  std::string found;
  for (std::size_t i = 0; i < items->root().size(); ++i) found += items->root().at(i).get("key").string() + " ";
  CHECK(static_cast<std::size_t>(slice->count) == items->root().size());
  return found + (slice->has_more ? "more" : "");
}

std::string places(store::Store& store, const std::string& key, std::int64_t last, std::optional<std::int64_t> before = {}) {
  auto text = store.sessions().get("main", key, last, before);
  REQUIRE(text);
  REQUIRE(*text);
  auto session = from_json<Session>(**text);
  REQUIRE(session);
  std::string found;
  for (const SessionMessage& message : session->messages) found += std::to_string(*message.seq) + " ";
  return found + (session->hasMore.value_or(false) ? "more" : "");
}

void use(store::Store& store, std::int64_t at, const std::string& run, std::optional<std::string> model, const std::string& session,
         std::int64_t tokens) {
  UsageRun row;
  row.run_id = run;
  row.model = std::move(model);
  row.origin = row.channel = "cron";
  row.session_key = session;
  row.prompt_tokens = tokens;
  row.iterations = 1;
  REQUIRE(store.run([&](Transaction& tx) { return tx.append_usage("main", at, row); }));
}

}  // namespace

TEST_CASE("sessions are listed by their last change, filtered and paged", "[sessions]") {
  const TemporaryDirectory place;
  auto store = open(GENERATE(false, true) ? "" : place.data());
  say(*store, "api:b", 1000);
  say(*store, "api:a", 1000);
  say(*store, "cron:x", 3000);
  say(*store, "api:c", 2000);
  say(*store, "api:c", 1500);  // a clock that was set back: the time of the last change stays
  CHECK(keys(*store, {}) == "cron:x api:c api:a api:b ");
  CHECK(keys(*store, {.limit = 2}) == "cron:x api:c more");
  CHECK(keys(*store, {.limit = 2, .offset = 2}) == "api:a api:b ");
  CHECK(keys(*store, {.channel = "cron"}) == "cron:x ");
  CHECK(keys(*store, {.min_messages = 2}) == "api:c ");
  CHECK(keys(*store, {.changed_before_ms = 2000}) == "api:a api:b ");
  CHECK(keys(*store, {.channel = "api", .changed_after_ms = 1000}) == "api:c ");
  CHECK(*store->sessions().changed_after("main", 1000) == 2);
  CHECK(*store->sessions().changed_after("main", 1000) == 2);
  say(*store, "api:new", 4000);
  CHECK(*store->sessions().changed_after("main", 1000) == 3);
  CHECK(*store->sessions().changed_after("main", 3500) == 1);
  CHECK(*store->sessions().changed_after("other", 0) == 0);
}

TEST_CASE("messages are read from the end, and go with their session", "[sessions]") {
  const TemporaryDirectory place;
  auto store = open(place.data());
  for (int i = 0; i < 5; ++i) say(*store, "api:a", 1000 + i, "message " + std::to_string(i));
  say(*store, "api:b", 1);
  CHECK(places(*store, "api:a", 0) == "1 2 3 4 5 ");
  CHECK(places(*store, "api:a", 2) == "4 5 more");
  CHECK(places(*store, "api:a", 2, 4) == "2 3 more");
  CHECK(places(*store, "api:a", 0, 3) == "1 2 ");
  CHECK(places(*store, "api:a", 0, 1).empty());
  CHECK((*store->sessions().find("main", "api:a"))->message_count == 5);
  CHECK_FALSE(*store->sessions().get("main", "api:nobody", 0, {}));

  // Undone together with the rest of its unit of work.
  CHECK_FALSE(store->run([](Transaction& tx) -> Status {
    if (auto status = tx.append_message("main", "api:a", {}, 9000, said("lost")); !status) return status;
    return fail(Code::conflict, "no");
  }));
  store.reset();
  store = open(place.data());
  CHECK(places(*store, "api:a", 0) == "1 2 3 4 5 ");
  bool cleared = false, erased = false, again = true;
  REQUIRE(store->run([&](Transaction& tx) -> Status {
    cleared = *tx.clear_session("main", "api:b", 5);
    erased = *tx.erase_session("main", "api:a");
    again = *tx.erase_session("main", "api:a");
    return {};
  }));
  CHECK((cleared && erased && !again));
  CHECK(keys(*store, {}) == "api:b ");
  CHECK(places(*store, "api:b", 0).empty());
  say(*store, "api:b", 6);
  say(*store, "api:a", 7);
  CHECK(places(*store, "api:b", 0) == "1 ");
  CHECK(places(*store, "api:a", 0) == "1 ");
}

TEST_CASE("an answer stays below what clients take", "[sessions]") {
  auto store = open("");
  const std::string large(1024 * 1024, 'x');
  for (int i = 0; i < 12; ++i) say(*store, "api:a", i, large);
  auto text = store->sessions().get("main", "api:a", 0, {});
  REQUIRE(text);
  CHECK((*text)->size() < 10U * 1024 * 1024);
  CHECK(places(*store, "api:a", 0) == "5 6 7 8 9 10 11 12 more");
  CHECK(places(*store, "api:a", 0, 5) == "1 2 3 4 ");
}

TEST_CASE("what runs used is summed up by their keys", "[usage]") {
  auto store = open("");
  use(*store, 10 * kDay, "r1", "m1", "api:a", 10);
  use(*store, 10 * kDay + 5, "r2", "m1", "api:b", 20);
  use(*store, 11 * kDay, "r3", "m2", "api:a", 40);
  use(*store, 12 * kDay - 1, "r4", std::nullopt, "api:a", 80);
  const auto buckets = [&](store::UsageQuery query) {
    auto found = store->usage().buckets("main", query, 100);
    REQUIRE(found);
    std::string text;
    for (const UsageBucket& one : *found) {
      for (const auto* key : {&one.date, &one.model, &one.session_key})
        if (*key) text += **key + " ";
      text += std::to_string(one.prompt_tokens) + "/" + std::to_string(one.turn_count) + "; ";
    }
    return text;
  };
  CHECK(buckets({.first_day = 0, .last_day = 20, .group_by = {"date"}}) == "1970-01-11 30/2; 1970-01-12 120/2; ");
  CHECK(buckets({.first_day = 11, .last_day = 11, .group_by = {"date"}}) == "1970-01-12 120/2; ");
  CHECK(buckets({.first_day = 0, .last_day = 20, .group_by = {"model"}}) == " 80/1; m1 30/2; m2 40/1; ");
  CHECK(buckets({.first_day = 0, .last_day = 20, .group_by = {"session_key"}}) == "api:a 130/3; api:b 20/1; ");
  CHECK(buckets({.first_day = 0, .last_day = 20, .group_by = {"session_key"}, .model = "m1"}) == "api:a 10/1; api:b 20/1; ");
  CHECK(buckets({.first_day = 0, .last_day = 20, .group_by = {"date"}, .model = "m2", .channel = "api"}).empty());
  CHECK_FALSE(store->usage().buckets("main", {.first_day = 0, .last_day = 20, .group_by = {"session_key"}}, 1));
  auto run = store->usage().run("main", "r4");
  REQUIRE(run);
  REQUIRE(*run);
  CHECK(((*run)->date == "1970-01-12" && !(*run)->model && (*run)->prompt_tokens == 80));
  CHECK_FALSE(*store->usage().run("main", "nobody"));
  CHECK_FALSE(*store->usage().run("other", "r4"));
}
