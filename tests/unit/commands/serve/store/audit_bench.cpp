// Measures the audit log with a million events: unit_store "[.bench]" -s. Prints, asserts nothing about time.
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <thread>

#include "tests/unit/commands/serve/store/audit_model.hpp"
#include "tests/unit/commands/serve/store/directory.hpp"

using namespace facio;
using store::Transaction;

namespace {

constexpr int kMillion = 1'000'000;

double since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

/// The middle of nine.
template <class F>
void measure(const char* name, F read) {
  std::vector<double> times;
  for (int i = 0; i < 9; ++i) {
    const auto start = std::chrono::steady_clock::now();
    REQUIRE(read());
    times.push_back(since(start));
  }
  std::sort(times.begin(), times.end());
  std::printf("%-44s %9.3f ms\n", name, times[4]);
}

/// Gives the number of one run.
std::string fill(store::Store& store) {
  AuditModel model(1);
  std::string run, known;
  int in_run = 0;
  int runs = 0;
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < kMillion; ++i) {
    AuditEvent event = model.next();
    model.events.clear();
    event.message = "a line about what happened, as long as such lines are";
    event.details = RawJson{R"({"method":"GET","path":"/api/v1/cron","status":200,"remote":"127.0.0.1"})"};
    // As in life: a turn's ten events share their random ids.
    if (event.run_id) {
      if (in_run++ % 10 == 0) run = std::to_string(model.pick(100'000'000, 999'999'999)) + std::to_string(runs++);
      event.run_id = "run" + run;
      event.turn_id = "turn" + run;
      event.trace_id = "trace" + run;
      if (event.parent_run_id) event.parent_run_id = "run" + run;
      if (runs == 20'000) known = run;
    }
    store.submit([event = std::move(event)](Transaction& tx) { return tx.append_audit("main", event); }, {});
  }
  REQUIRE(store.drain());
  const double ms = since(start);
  std::printf("%-44s %9.0f a second (%.1f s for a million)\n", "inserts, grouped, durable", kMillion / ms * 1000, ms / 1000);
  return known;
}

/// As the server notes its requests: an event is handed over and nobody waits, until too many do.
void note_requests(store::Store& store) {
  constexpr int kRequests = 300'000;
  AuditEvent event;
  event.event = "api_request";
  event.status = "ok";
  event.origin = "api";
  event.duration_ms = 0;
  event.details = RawJson{R"({"method":"GET","path":"/api/v1/cron","status":200,"request_id":"0123456789ab-1f","remote":"127.0.0.1"})"};
  std::atomic<int> owed = 0;
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < kRequests; ++i) {
    ++owed;
    store.note("main", event, [&owed] { --owed; });
    while (owed > 64) std::this_thread::yield();
  }
  REQUIRE(store.drain());
  std::printf("%-44s %9.0f a second\n", "events of requests", kRequests / since(start) * 1000);
}

}  // namespace

TEST_CASE("a million events", "[.bench]") {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const TemporaryDirectory place;
  auto opened = store::open_sqlite({.directory = place.data()});
  REQUIRE(opened);
  store::Store& store = **opened;
  const std::string run = fill(store);
  note_requests(store);
  std::printf("%-44s %9.0f MiB\n", "database", static_cast<double>(std::filesystem::file_size(place.data() + "/facio.db")) / 1048576);

  auto& reads = store.audit();
  const auto list = [&](const char* name, store::AuditQuery query) {
    measure(name, [&] { return reads.list("main", query).has_value(); });
  };
  const std::int64_t middle = AuditModel::kStart + 300'000'000;
  list("page, no filter", {});
  list("page of 1000", {.limit = 1000});
  list("page, offset 900000", {.offset = 900000});
  list("event api_request", {.event = {"api_request"}});
  list("event cron_run", {.event = {"cron_run"}});
  list("event, offset 90000", {.offset = 90000, .event = {"cron_run"}});
  list("status error", {.status = {"error"}});
  list("channel slack", {.channel = {"slack"}});
  list("origin cron", {.origin = {"cron"}});
  list("model large", {.model = {"large"}});
  list("tool shell", {.tool = {"shell"}});
  list("run_id", {.run_id = {"run" + run}});
  list("trace_id", {.trace_id = {"trace" + run}});
  list("turn_id", {.turn_id = {"turn" + run}});
  list("parent_run_id", {.parent_run_id = {"run" + run}});
  list("session_key", {.session_key = {"session3"}});
  list("channel_id", {.channel_id = {"id7"}});
  list("no match", {.event = {"none"}});
  list("event + status + channel", {.event = {"tool_call"}, .status = {"error"}, .channel = {"mail"}});
  list("two values each", {.event = {"tool_call", "cron_run"}, .status = {"error", "denied"}});
  list("from..to in the middle", {.from_ms = middle, .to_ms = middle + 60000});
  list("from..to + event", {.from_ms = middle, .to_ms = middle + 100'000'000, .event = {"llm_call"}});
  list("disjoint broad filters (worst case)", {.event = {"api_request"}, .tool = {"shell"}});
  for (const char* column : {"event", "channel", "model", "status"}) {
    list((std::string("sorted by ") + column + ", desc").c_str(), {.sort_by = column});
    list((std::string("sorted by ") + column + ", asc").c_str(), {.sort_by = column, .ascending = true});
    list((std::string("sorted by ") + column + ", event tool_call").c_str(), {.sort_by = column, .event = {"tool_call"}});
    list((std::string("sorted by ") + column + ", session").c_str(), {.sort_by = column, .session_key = {"session3"}});
  }
  measure("tail of 50", [&] { return reads.tail("main", 0, 50).has_value(); });
  measure("tail of 500", [&] { return reads.tail("main", 0, 500).has_value(); });
  measure("statistics of all", [&] { return reads.stats("main", 0, AuditModel::kStart * 2).has_value(); });
  measure("statistics of 24 h", [&] { return reads.stats("main", middle, middle + 86'400'000).has_value(); });
  measure("run", [&] { return reads.run("main", "run" + run).has_value(); });
  measure("verify the chain", [&] { return reads.verify("main").has_value(); });
  measure("one durable change", [&] { return store.run([](Transaction& tx) { return tx.save_settings("main", "{}"); }).has_value(); });
}
