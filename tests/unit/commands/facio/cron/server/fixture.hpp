// A real store in memory, the services on it, and a clock that moves only when a test says so.
#pragma once

#include <atomic>
#include <catch2/catch.hpp>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "cli/core/json.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/time.hpp"
#include "commands/facio/cron/server/service.hpp"
#include "commands/serve/clock.hpp"
#include "commands/facio/settings/server/service.hpp"

namespace facio::test {

class HandClock final : public serve::Clock {
 public:
  explicit HandClock(std::int64_t now) : now_(now) {}
  [[nodiscard]] std::int64_t now_ms() const override { return now_; }
  [[nodiscard]] std::int64_t elapsed_ms() const override { return elapsed_; }
  /// The clock shows another time, and no time has passed.
  void set(std::int64_t now) { now_ = now; }
  void advance(std::int64_t by) {
    now_ += by;
    elapsed_ += by;
  }

 private:
  std::atomic<std::int64_t> now_, elapsed_ = 5000;
};

inline std::int64_t instant(std::string_view text) { return parse_rfc3339(text).value(); }

inline std::unique_ptr<store::Store> memory_store() {
  auto opened = store::open_sqlite({});
  if (!opened) FAIL(opened.error().message());
  return std::move(*opened);
}

struct CronFixture {
  HandClock clock{instant("2027-01-04T12:00:00Z")};  // a Monday
  std::unique_ptr<store::Store> store = memory_store();
  SettingsService settings{*store};
  CronService cron{*store, settings, clock};

  /// One unit of work on the writer; what it gives, or its error.
  template <class Work>
  auto work(Work what) -> decltype(what(std::declval<store::Transaction&>())) {
    using Value = decltype(what(std::declval<store::Transaction&>()));
    std::optional<Value> result;
    auto status = store->run([&](store::Transaction& tx) -> Status {
      result.emplace(what(tx));
      if (!*result) return fail(result->error());
      return {};
    });
    return std::move(*result);
  }
  Result<CronJob> create(const std::string& body) {
    const auto document = JsonDocument::parse(body).value();
    auto job = work([&](store::Transaction& tx) { return cron.create(tx, "main", document.root()); });
    if (job) cron.announce("main", *job);
    return job;
  }
  Result<CronJob> update(const std::string& id, const std::string& body) {
    const auto document = JsonDocument::parse(body).value();
    auto job = work([&](store::Transaction& tx) { return cron.update(tx, "main", id, document.root()); });
    if (job) cron.announce("main", *job);
    return job;
  }
  Result<CronJob> run_now(const std::string& id) {
    auto job = work([&](store::Transaction& tx) { return cron.run_now(tx, "main", id); });
    if (job) cron.announce_run("main", *job);
    return job;
  }
  Result<CronJob> pause(const std::string& id) {
    auto job = work([&](store::Transaction& tx) { return cron.pause(tx, "main", id); });
    if (job) cron.announce("main", *job);
    return job;
  }
  Result<CronJob> resume(const std::string& id) {
    auto job = work([&](store::Transaction& tx) { return cron.resume(tx, "main", id); });
    if (job) cron.announce("main", *job);
    return job;
  }
  void set(const std::string& patch) {
    const auto document = JsonDocument::parse(patch).value();
    auto change = work([&](store::Transaction& tx) { return settings.change(tx, "main", document.root()); });
    if (!change) FAIL(change.error().message());
    settings.publish("main", *change);
  }
  CronJob job(const std::string& id) {
    auto found = cron.get("main", id);
    if (!found) FAIL(found.error().message());
    return *found;
  }
  std::vector<CronRun> history(const std::string& id) { return job(id).state.run_history.value_or(std::vector<CronRun>{}); }
};

}  // namespace facio::test
