// What other agents left is removed by its age, and nothing that somebody still waits for.
#include <catch2/catch.hpp>

#include "cli/core/shape_json.hpp"
#include "commands/serve/store/store.hpp"

using namespace facio;
using store::Transaction;

namespace {

constexpr int kOpen = 2, kOver = 3;

store::A2aTask task(const std::string& id, int state, std::int64_t at, bool due = false) {
  return {.id = id, .context_id = "c" + id, .state = state, .updated_ms = at, .json = "{}", .push = {}, .push_due = due};
}

void say(Transaction& tx, const std::string& key, std::int64_t at) {
  SessionMessage message;
  message.role = "user";
  message.content = RawJson{to_json(std::string("hello"))};
  REQUIRE(tx.append_message("main", key, std::nullopt, at, message));
}

}  // namespace

TEST_CASE("store: A2A tasks that are over and their sessions age") {
  auto store = store::open_sqlite({.directory = {}});
  REQUIRE(store);
  REQUIRE((*store)->run([](Transaction& tx) -> Status {
    for (const auto& one :
         {task("1", kOver, 100), task("2", kOver, 100), task("3", kOpen, 100), task("4", kOver, 100, true), task("5", kOver, 900)})
      if (auto status = tx.save_a2a_task("main", one); !status) return status;
    for (const char* key : {"a2a:c1", "a2a:c2", "a2a:c3", "a2a:c4", "api:x", "a2b", "cron:1"}) say(tx, key, 100);
    say(tx, "a2a:c5", 900);
    return {};
  }));
  store::A2aAged first, second;
  REQUIRE((*store)->run([&](Transaction& tx) -> Status {
    first = *tx.age_a2a("main", 500, {kOpen}, 1);
    second = *tx.age_a2a("main", 500, {kOpen}, 100);
    return {};
  }));
  CHECK((first.tasks == 1 && first.sessions == 1 && second.tasks == 1 && second.sessions == 1));
  for (const char* id : {"1", "2"}) CHECK(!*(*store)->a2a_tasks().get("main", id));
  for (const char* id : {"3", "4", "5"}) CHECK(*(*store)->a2a_tasks().get("main", id));
  for (const char* key : {"a2a:c1", "a2a:c2"}) CHECK(!*(*store)->sessions().find("main", key));
  for (const char* key : {"a2a:c3", "a2a:c4", "a2a:c5", "api:x", "a2b", "cron:1"}) CHECK(*(*store)->sessions().find("main", key));
}
