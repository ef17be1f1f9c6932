// Units of work: what is kept, what is undone, what is there after the store was opened again.
#include <sys/stat.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <future>
#include <stdexcept>
#include <thread>

#include "cli/core/shape_json.hpp"
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

CronJob job(std::string id, std::string name) {
  CronJob made;
  made.id = std::move(id);
  made.name = std::move(name);
  made.schedule.kind = "every";
  made.schedule.every_ms = 60000;
  made.payload.message = "hello \"world\"";
  return made;
}

AuditEvent event(std::string kind) {
  AuditEvent made;
  made.event = std::move(kind);
  made.status = "ok";
  return made;
}

}  // namespace

TEST_CASE("cron jobs are saved, changed, listed by name, and erased", "[store]") {
  const TemporaryDirectory place;
  const bool in_memory = GENERATE(false, true);
  auto store = open(in_memory ? "" : place.data());
  REQUIRE(store->run([](Transaction& tx) {
    for (const auto& [id, name] : {std::pair("2", "b"), std::pair("1", "c"), std::pair("3", "a"), std::pair("0", "b")})
      if (auto status = tx.save_cron("main", job(id, name)); !status) return status;
    return tx.save_cron("other", job("9", "z"));
  }));
  auto listed = store->cron().list("main");
  REQUIRE(listed);
  std::string order;
  for (const CronJob& one : *listed) order += one.id;
  CHECK(order == "3021");
  CHECK((*listed)[0].payload.message == "hello \"world\"");

  std::int64_t count = 0;
  auto text = store->cron().list_json("main", count);
  REQUIRE(text);
  CHECK(count == 4);
  CHECK(*text == to_json(*listed));

  REQUIRE(store->run([](Transaction& tx) -> Status {
    auto found = tx.get_cron("main", "1");
    if (!found || !*found) return fail(Code::failed, "not found inside the unit of work");
    (*found)->name = "0";
    if (auto status = tx.save_cron("main", **found); !status) return status;
    auto erased = tx.erase_cron("main", "3");
    if (!erased || !*erased) return fail(Code::failed, "not erased");
    auto again = tx.erase_cron("main", "3");
    if (!again || *again) return fail(Code::failed, "erased twice");
    return {};
  }));
  text = store->cron().list_json("main", count);
  REQUIRE(text);
  CHECK(count == 3);
  CHECK(text->find(R"("id":"1","name":"0")") != std::string::npos);
  CHECK(text->find(R"("id":"1")") < text->find(R"("id":"0")"));
  CHECK_FALSE(store->cron().get("main", "3")->has_value());
  CHECK(store->cron().get("main", "1")->has_value());
  CHECK(*store->cron().agents() == std::vector<std::string>{"main", "other"});
  CHECK(*store->cron().list_json("nobody", count) == "[]");
  CHECK(count == 0);
}

TEST_CASE("a unit of work that fails or throws undoes itself only", "[store]") {
  const TemporaryDirectory place;
  const bool in_memory = GENERATE(false, true);
  auto store = open(in_memory ? "" : place.data());
  std::vector<Status> outcomes(4);
  store->submit([](Transaction& tx) { return tx.append_audit("main", event("first")); }, [&](Status s) { outcomes[0] = std::move(s); });
  store->submit(
      [](Transaction& tx) -> Status {
        (void)tx.save_settings("main", R"({"basic":{}})");
        (void)tx.append_audit("main", event("undone"));
        (void)tx.append_audit("fresh", event("undone"));
        return fail(Code::conflict, "no");
      },
      [&](Status s) { outcomes[1] = std::move(s); });
  store->submit(
      [](Transaction& tx) -> Status {
        (void)tx.save_cron("main", job("x", "x"));
        (void)tx.append_audit("main", event("undone"));
        throw std::runtime_error("thrown");
      },
      [&](Status s) { outcomes[2] = std::move(s); });
  store->submit([](Transaction& tx) { return tx.append_audit("main", event("second")); }, [&](Status s) { outcomes[3] = std::move(s); });
  REQUIRE(store->run([](Transaction& tx) { return tx.append_audit("fresh", event("third")); }));

  CHECK(outcomes[0]);
  REQUIRE_FALSE(outcomes[1]);
  CHECK(outcomes[1].error().code() == Code::conflict);
  REQUIRE_FALSE(outcomes[2]);
  CHECK(outcomes[2].error().message().find("thrown") != std::string::npos);
  CHECK(outcomes[3]);
  CHECK_FALSE(store->settings().load("main")->has_value());
  CHECK_FALSE(store->cron().get("main", "x")->has_value());
  CHECK(*store->audit().verify("main") == 2);
  CHECK(*store->audit().verify("fresh") == 1);
  auto slice = store->audit().list("main", {});
  REQUIRE(slice);
  CHECK(slice->items.find("undone") == std::string::npos);
}

TEST_CASE("work of many threads is committed in groups and acknowledged once", "[store]") {
  const TemporaryDirectory place;
  auto store = open(place.data());
  constexpr int kThreads = 8;
  constexpr int kEach = 200;
  std::atomic<int> acknowledged = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < kEach; ++i) {
        const std::string id = std::to_string(thread) + "-" + std::to_string(i);
        const bool waits = i % 2 == 0;
        auto work = [id](Transaction& tx) {
          if (auto status = tx.save_cron("main", job(id, id)); !status) return status;
          return tx.append_audit("main", event("made"));
        };
        if (!waits) {
          store->submit(work, {});
          continue;
        }
        auto done = store->run(work);
        // What is acknowledged can be read at once.
        if (done && store->cron().get("main", id)->has_value()) ++acknowledged;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(acknowledged == kThreads * kEach / 2);
  REQUIRE(store->drain());
  std::int64_t count = 0;
  REQUIRE(store->cron().list_json("main", count));
  CHECK(count == kThreads * kEach);
  CHECK(*store->audit().verify("main") == kThreads * kEach);
}

TEST_CASE("draining waits also for what finished work submits", "[store]") {
  auto store = open("");
  std::promise<void> drained;
  const auto end = drained.get_future().share();
  const auto ends_soon = [end] { return end.wait_for(std::chrono::milliseconds(100)) == std::future_status::ready; };
  std::atomic<bool> late = false;
  const auto refused = [&](Transaction&) -> Status {
    ends_soon();  // no: this must be done first, and drain() is called meanwhile
    return fail(Code::conflict, "undone");
  };
  store->submit(refused,
                [&](const Status&) { store->submit([](Transaction&) { return Status{}; }, [&](const Status&) { late = ends_soon(); }); });
  REQUIRE(store->drain());
  drained.set_value();
  store.reset();
  CHECK_FALSE(late);
}

TEST_CASE("everything submitted is there after closing and opening again", "[store]") {
  const TemporaryDirectory place;
  {
    auto store = open(place.data());
    store->submit([](Transaction& tx) { return tx.save_settings("main", R"({"basic":{"model":"m"}})"); }, {});
    store->submit([](Transaction& tx) { return tx.save_cron("main", job("1", "one")); }, {});
    for (int i = 0; i < 50; ++i) store->submit([](Transaction& tx) { return tx.append_audit("main", event("made")); }, {});
  }  // closing does what still waits
  auto store = open(place.data());
  CHECK(store->settings().load("main")->value() == R"({"basic":{"model":"m"}})");
  CHECK(store->cron().get("main", "1")->value().name == "one");
  CHECK(*store->audit().verify("main") == 50);
  REQUIRE(store->run([](Transaction& tx) { return tx.append_audit("main", event("after")); }));
  CHECK(*store->audit().verify("main") == 51);
}

TEST_CASE("directory and files belong to their owner only", "[store]") {
  const TemporaryDirectory place;
  auto store = open(place.data());
  REQUIRE(store->run([](Transaction& tx) { return tx.save_settings("main", "{}"); }));
  struct stat found {};
  REQUIRE(::stat(place.data().c_str(), &found) == 0);
  CHECK((found.st_mode & 0777) == 0700);
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(place.data())) {
    REQUIRE(::stat(entry.path().c_str(), &found) == 0);
    INFO(entry.path());
    CHECK((found.st_mode & 0777) == 0600);
    ++files;
  }
  CHECK(files >= 3);  // database, its log, the lock
}
