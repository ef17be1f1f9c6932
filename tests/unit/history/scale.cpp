// How time grows with what is stored: figures, no judgement.
#include <catch2/catch.hpp>

#include <chrono>
#include <fstream>

#include "cli/core/shape_json.hpp"
#include "commands/serve/store/store.hpp"
#include "tests/unit/store/directory.hpp"

using namespace facio;
using store::Transaction;

namespace {

constexpr std::int64_t kDay = std::int64_t{24} * 60 * 60 * 1000;

template <class Work>
double milliseconds(int times, Work work) {
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < times; ++i) work(i);
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count() / times;
}

/// Memory of this process in KiB.
std::int64_t resident() {
  std::ifstream statm("/proc/self/statm");
  std::int64_t pages = 0, resident_pages = 0;
  statm >> pages >> resident_pages;
  return resident_pages * 4;
}

SessionMessage said() {
  SessionMessage message;
  message.role = "user";
  message.content = RawJson{"\"" + std::string(120, 'x') + "\""};
  return message;
}

UsageRun used(std::int64_t number) {
  UsageRun row;
  row.run_id = "run-" + std::to_string(number * 2654435761 % 4294967296);
  row.model = "model-" + std::to_string(number % 5);
  row.provider = "p";
  row.origin = number % 3 == 0 ? "cron" : "api";
  row.channel = row.origin;
  row.session_key = "api:" + std::to_string(number % 10000);
  row.prompt_tokens = number % 1000;
  row.completion_tokens = 10;
  row.iterations = 1;
  return row;
}

void fill(store::Store& store, std::int64_t sessions, std::int64_t runs) {
  for (std::int64_t done = 0; done < sessions; done += 500)
    REQUIRE(store.run([&](Transaction& tx) -> Status {
      for (std::int64_t i = done; i < std::min(done + 500, sessions); ++i)
        for (int message = 0; message < 4; ++message)
          if (auto status = tx.append_message("main", "api:" + std::to_string(i), i % 4 == 0 ? "cron" : "api", i * 1000 + message, said());
              !status)
            return status;
      return {};
    }));
  for (std::int64_t done = 0; done < runs; done += 5000)
    REQUIRE(store.run([&](Transaction& tx) -> Status {
      for (std::int64_t i = done; i < std::min(done + 5000, runs); ++i)
        if (auto status = tx.append_usage("main", kDay * 365 * i / runs, used(i)); !status) return status;
      return {};
    }));
}

void measure(std::int64_t sessions, std::int64_t runs) {
  const TemporaryDirectory place;
  auto store = store::open_sqlite({.directory = place.data()});
  REQUIRE(store);
  const double filling = milliseconds(1, [&](int) { fill(**store, sessions, runs); });
  auto& of_sessions = (*store)->sessions();
  auto& of_usage = (*store)->usage();
  const std::int64_t before = resident();
  const std::string shown = std::to_string(sessions) + " sessions, " + std::to_string(runs) + " runs: ";
  WARN(shown << "filled in " << filling / 1000 << " s");
  WARN(shown << "first page " << milliseconds(50, [&](int) { CHECK(of_sessions.list("main", {})); }) << " ms, last page "
             << milliseconds(50, [&](int) { CHECK(of_sessions.list("main", {.offset = sessions - 100})); }) << " ms, one channel "
             << milliseconds(50, [&](int) { CHECK(of_sessions.list("main", {.channel = "cron"})); }) << " ms, older than "
             << milliseconds(50, [&](int) { CHECK(of_sessions.list("main", {.changed_before_ms = sessions * 500})); })
             << " ms, one session " << milliseconds(50, [&](int i) { CHECK(*of_sessions.get("main", "api:" + std::to_string(i), 0, {})); })
             << " ms");
  const auto buckets = [&](std::vector<std::string> groups, std::int64_t days) {
    return milliseconds(
        5, [&](int) { CHECK(of_usage.buckets("main", {.first_day = 365 - days, .last_day = 365, .group_by = groups}, 1000000)); });
  };
  WARN(shown << "usage of 14 days by date " << buckets({"date"}, 14) << " ms, of a year by model and date "
             << buckets({"model", "date"}, 365) << " ms, of 14 days by session " << buckets({"session_key"}, 14)
             << " ms, of a year by session " << buckets({"session_key"}, 365) << " ms, one run "
             << milliseconds(50, [&](int i) { CHECK(*of_usage.run("main", used(i).run_id)); }) << " ms");
  WARN(shown << "a message "
             << milliseconds(50,
                             [&](int i) {
                               CHECK((*store)->run([&](Transaction& tx) {
                                 return tx.append_message("main", "api:" + std::to_string(i), "api", kDay * 366, said());
                               }));
                             })
             << " ms, a run "
             << milliseconds(50,
                             [&](int i) {
                               CHECK((*store)->run([&](Transaction& tx) { return tx.append_usage("main", kDay * 365, used(runs + i)); }));
                             })
             << " ms, deleting a session "
             << milliseconds(50,
                             [&](int i) {
                               CHECK((*store)->run([&](Transaction& tx) -> Status {
                                 return *tx.erase_session("main", "api:" + std::to_string(i)) ? Status{} : fail(Code::failed, "none");
                               }));
                             })
             << " ms; memory " << before / 1024 << " MiB before these, " << resident() / 1024 << " MiB after");
}

}  // namespace

TEST_CASE("sessions and usage at two sizes", "[.bench]") {
  measure(1000, 100'000);
  measure(10'000, 1'000'000);
}
