// A store in memory with everything that services are built from, and a clock that stands still.
#pragma once

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>

#include "cli/core/json.hpp"
#include "cli/files/workspace_files.hpp"
#include "commands/facio/runtime/service_context.hpp"
#include "commands/facio/runtime/pending_restart.hpp"
#include "commands/serve/clock.hpp"
#include "commands/serve/work_pool.hpp"
#include "commands/serve/vault/vault.hpp"
#include "commands/facio/settings/server/service.hpp"

namespace facio::test {

struct StillClock final : serve::Clock {
  std::int64_t now = 1'800'000'000'000;
  std::int64_t elapsed = 1'000'000;
  [[nodiscard]] std::int64_t now_ms() const override { return now; }
  [[nodiscard]] std::int64_t elapsed_ms() const override { return elapsed; }
};

struct Directory {
  std::string path = "/tmp/facioctl-unit-XXXXXX";
  Directory() { REQUIRE(::mkdtemp(path.data()) != nullptr); }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  ~Directory() { std::filesystem::remove_all(path); }
};

/// The value of a good result.
template <class T>
T good(Result<T> result) {
  if (!result) FAIL(result.error().message());
  return std::move(*result);
}
template <class T>
Code code_of(const Result<T>& result) {
  return result ? Code::ok : result.error().code();
}

inline std::unique_ptr<store::Store> new_store() { return good(store::open_sqlite({})); }

struct World {
  std::unique_ptr<store::Store> store = new_store();
  Directory directory;
  StillClock clock;
  serve::WorkPool pool;
  serve::PendingRestart pending_restart;
  serve::Vault vault = good(serve::Vault::open({}, store->documents()));
  WorkspaceFiles files = good(WorkspaceFiles::open(directory.path));
  SettingsService settings{*store, &vault};
  serve::ServiceContext base{*store, clock, pool, pending_restart, vault, files, settings, directory.path, true};

  /// One unit of work; undone when it fails.
  template <class T, class Work>
  Result<T> change(Work work) {
    std::optional<T> made;
    const Status status = store->run([&](store::Transaction& tx) -> Status {
      Result<T> done = work(tx);
      if (!done) return fail(std::move(done.error()));
      made = std::move(*done);
      return {};
    });
    if (!status) return fail(status.error());
    return std::move(*made);
  }
  std::vector<std::string> messages() {
    const auto page = good(store->audit().list("main", {.limit = 1000, .ascending = true}));
    const auto items = good(JsonDocument::parse(page.items));
    std::vector<std::string> found;
    for (std::size_t i = 0; i < items.root().size(); ++i) found.push_back(items.root().at(i).get("message").string());
    return found;
  }
};

}  // namespace facio::test
