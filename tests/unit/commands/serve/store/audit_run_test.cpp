// What the service says about a run that is longer than an answer may be.
#include <catch2/catch.hpp>
#include <future>

#include "cli/core/json.hpp"
#include "commands/facio/audit/server/service.hpp"
#include "commands/facio/audit/server/signer.hpp"
#include "commands/serve/clock.hpp"
#include "tests/unit/commands/serve/store/directory.hpp"

using namespace facio;

namespace {

constexpr int kMostInAnswer = 10000;

AuditEvent event_of(std::string run) {
  AuditEvent event;
  event.event = "tool_call";
  event.run_id = std::move(run);
  return event;
}

std::string answer_for(AuditService& service, const std::string& run) {
  std::promise<Result<std::string>> promise;
  auto answer = promise.get_future();
  service.run("main", run, [&promise](Result<std::string> body) { promise.set_value(std::move(body)); });
  auto body = answer.get();
  REQUIRE(body);
  return *body;
}

}  // namespace

TEST_CASE("an answer that leaves out events of a run says so") {
  TemporaryDirectory place;
  auto store = store::open_sqlite({.directory = place.data()});
  REQUIRE(store);
  REQUIRE((*store)->run([](store::Transaction& tx) {
    for (int i = 0; i <= kMostInAnswer; ++i)
      if (auto status = tx.append_audit("main", event_of("long")); !status) return status;
    for (int i = 0; i < kMostInAnswer; ++i)
      if (auto status = tx.append_audit("main", event_of("full")); !status) return status;
    return Status{};
  }));
  serve::SystemClock clock;
  AuditSigner signer(**store, "main", serve::SigningKey::open({}), {});
  AuditService service(**store, clock, signer);
  const auto longer = JsonDocument::parse(answer_for(service, "long"));
  REQUIRE(longer);
  CHECK(longer->root().get("items").size() == kMostInAnswer);
  REQUIRE(longer->root().get("hasMore"));
  CHECK(longer->root().get("hasMore").boolean());
  const auto full = JsonDocument::parse(answer_for(service, "full"));
  REQUIRE(full);
  CHECK(full->root().get("items").size() == kMostInAnswer);
  CHECK_FALSE(full->root().get("hasMore"));
}
