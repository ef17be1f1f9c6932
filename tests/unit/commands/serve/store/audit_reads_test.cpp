// Every read of the audit log against a plain model on random events.
#include <catch2/catch.hpp>
#include <sstream>

#include "cli/core/json.hpp"
#include "commands/serve/store/sqlite/audit_chain.hpp"
#include "tests/unit/commands/serve/store/audit_model.hpp"
#include "tests/unit/commands/serve/store/directory.hpp"

using namespace facio;
using store::Transaction;

namespace {

// More than the bound between sorting in memory and reading along an index, and several blocks of statistics.
constexpr int kEvents = 11000;

struct Filled {
  TemporaryDirectory place;
  AuditModel model{42};
  std::unique_ptr<store::Store> store;

  Filled() {
    auto opened = store::open_sqlite({.directory = place.data()});
    REQUIRE(opened);
    store = std::move(*opened);
    REQUIRE(store->run([this](Transaction& tx) {
      AuditModel others(7);
      for (int i = 0; i < kEvents; ++i) {
        if (auto status = tx.append_audit("main", model.next()); !status) return status;
        // A second agent in between must never show.
        if (i % 3 == 0)
          if (auto status = tx.append_audit("other", others.next()); !status) return status;
      }
      return Status{};
    }));
  }
};

// Filling takes the time; the log is only read.
Filled& filled() {
  static Filled one;
  return one;
}

std::vector<std::int64_t> numbers(const std::string& items) {
  auto parsed = JsonDocument::parse(items);
  REQUIRE(parsed);
  std::vector<std::int64_t> found;
  for (std::size_t i = 0; i < parsed->root().size(); ++i) found.push_back(parsed->root().at(i).get("seq").integer());
  return found;
}

std::string describe(const store::AuditQuery& q) {
  std::ostringstream out;
  out << "sort " << q.sort_by << (q.ascending ? " asc" : " desc") << " limit " << q.limit << " offset " << q.offset;
  if (q.from_ms) out << " from " << *q.from_ms;
  if (q.to_ms) out << " to " << *q.to_ms;
  const auto list = [&](const char* name, const std::vector<std::string>& values) {
    for (const auto& value : values) out << ' ' << name << '=' << value;
  };
  list("event", q.event), list("status", q.status), list("origin", q.origin), list("channel", q.channel), list("channel_id", q.channel_id);
  list("session", q.session_key), list("run", q.run_id), list("trace", q.trace_id), list("turn", q.turn_id),
      list("parent", q.parent_run_id);
  list("tool", q.tool), list("model", q.model);
  return out.str();
}

}  // namespace

TEST_CASE("pages equal the model's", "[store][audit]") {
  Filled& log = filled();
  int full = 0;
  for (int i = 0; i < 300; ++i) {
    const store::AuditQuery query = log.model.question();
    bool more = false;
    const auto expected = log.model.page(query, more);
    auto slice = log.store->audit().list("main", query);
    INFO(describe(query));
    REQUIRE(slice);
    REQUIRE(numbers(slice->items) == expected);
    REQUIRE(slice->has_more == more);
    REQUIRE(slice->count == static_cast<std::int64_t>(expected.size()));
    if (more) ++full;
  }
  CHECK(full > 30);  // the questions are no trivial ones
}

TEST_CASE("each filter alone equals the model's", "[store][audit]") {
  Filled& log = filled();
  for (const char* sort : {"ts", "event", "status", "channel", "model"}) {
    for (const bool ascending : {false, true}) {
      std::vector<store::AuditQuery> queries(13);
      queries[0].event = {"tool_call"};
      queries[1].status = {"error", "denied"};
      queries[2].origin = {"cron"};
      queries[3].channel = {"slack", "mail"};
      queries[4].channel_id = {"id7"};
      queries[5].session_key = {"session3"};
      queries[6].run_id = {"run5", "run6"};
      queries[7].trace_id = {"trace9"};
      queries[8].turn_id = {"turn1"};
      queries[9].parent_run_id = {"run8"};
      queries[10].tool = {"shell"};
      queries[11].model = {"large"};
      queries[12].event = {"api_request", "tool_call", "api_request"};  // with one twice, and more than fits in memory
      for (auto& query : queries) {
        query.sort_by = sort;
        query.ascending = ascending;
        bool more = false;
        const auto expected = log.model.page(query, more);
        REQUIRE_FALSE(expected.empty());
        INFO(describe(query));
        auto slice = log.store->audit().list("main", query);
        REQUIRE(slice);
        REQUIRE(numbers(slice->items) == expected);
      }
    }
  }
}

TEST_CASE("the tail is the end of the span, oldest first", "[store][audit]") {
  Filled& log = filled();
  for (int i = 0; i < 50; ++i) {
    const std::int64_t from = log.model.instant();
    const std::int64_t limit = log.model.pick(1, 500);
    std::vector<std::int64_t> expected;
    for (const ModelEvent& e : log.model.events)
      if (e.ts_ms >= from) expected.push_back(e.seq);
    if (expected.size() > static_cast<std::size_t>(limit)) expected.erase(expected.begin(), expected.end() - limit);
    auto slice = log.store->audit().tail("main", from, limit);
    REQUIRE(slice);
    REQUIRE(numbers(slice->items) == expected);
  }
}

TEST_CASE("statistics equal counting one by one", "[store][audit]") {
  Filled& log = filled();
  for (int i = 0; i < 60; ++i) {
    std::int64_t from = i == 0 ? 0 : log.model.instant();
    std::int64_t to = i == 0 ? AuditModel::kStart * 2 : log.model.instant();
    if (from > to) std::swap(from, to);
    AuditStats expected;
    for (const ModelEvent& e : log.model.events) {
      if (e.ts_ms < from || e.ts_ms > to) continue;
      ++expected.total;
      ++expected.by_event[e.event.event];
      if (e.event.status) ++expected.by_status[*e.event.status];
      if (e.event.channel) ++expected.by_channel[*e.event.channel];
      if (e.event.tool_name) ++expected.by_tool[*e.event.tool_name];
      if (e.event.model) ++expected.by_model[*e.event.model];
    }
    auto stats = log.store->audit().stats("main", from, to);
    REQUIRE(stats);
    REQUIRE(stats->total == expected.total);
    REQUIRE(stats->by_event == expected.by_event);
    REQUIRE(stats->by_status == expected.by_status);
    REQUIRE(stats->by_channel == expected.by_channel);
    REQUIRE(stats->by_tool == expected.by_tool);
    REQUIRE(stats->by_model == expected.by_model);
  }
}

TEST_CASE("a run's events come oldest first", "[store][audit]") {
  Filled& log = filled();
  std::vector<std::int64_t> expected;
  for (const ModelEvent& e : log.model.events)
    if (e.event.run_id == "run17") expected.push_back(e.seq);
  REQUIRE(expected.size() > 1);
  auto slice = log.store->audit().run("main", "run17");
  REQUIRE(slice);
  CHECK(numbers(slice->items) == expected);
  CHECK(log.store->audit().run("main", "nothing")->count == 0);
}

TEST_CASE("a query that cannot be answered is refused", "[store][audit]") {
  auto& reads = filled().store->audit();
  CHECK_FALSE(reads.list("main", {.sort_by = "body; DROP TABLE audit"}));
  CHECK_FALSE(reads.list("main", {.limit = 0}));
  CHECK_FALSE(reads.list("main", {.offset = -1}));
  CHECK_FALSE(reads.list("main", {.event = std::vector<std::string>(101, "x")}));
  CHECK(*reads.verify("main") == kEvents);
}
