// Events come faster than they are written: how many answers go before their events, and when the others do.
#include <algorithm>
#include <catch2/catch.hpp>
#include <future>
#include <vector>

#include "commands/serve/store/store.hpp"

using namespace facio;
using store::Transaction;

namespace {

constexpr int kMostNotes = 8192;
constexpr int kInGroup = 512;

AuditEvent read_event() {
  AuditEvent event;
  event.event = "read";
  return event;
}

}  // namespace

TEST_CASE("held answers go in their order, as many as events leave the queue", "[store]") {
  auto opened = store::open_sqlite({});
  REQUIRE(opened);
  store::Store& store = **opened;
  constexpr int kHeld = 1000;
  std::vector<int> order;
  // What each commit found, before anybody was told of it: events in the log, answers that had gone.
  std::vector<std::pair<std::int64_t, std::size_t>> seen;
  std::promise<void> begun, go;
  store.submit(
      [&](Transaction&) -> Status {
        begun.set_value();
        go.get_future().wait();
        return {};
      },
      {});
  begun.get_future().wait();
  for (int i = 0; i < kMostNotes + kHeld; ++i) store.note("main", read_event(), [&order, i] { order.push_back(i); });
  CHECK(order.size() == kMostNotes);
  std::promise<Status> last;
  store.submit([](Transaction&) { return Status{}; }, [&](Status status) { last.set_value(std::move(status)); });
  store.listen([&] { seen.emplace_back(store.audit().list("main", {.limit = 1})->last_seq, order.size()); });
  go.set_value();
  REQUIRE(last.get_future().get());
  store.listen({});

  REQUIRE(seen.size() >= 3);  // that of the first work, and groups of events
  CHECK(seen.front() == std::pair<std::int64_t, std::size_t>(0, kMostNotes));
  std::int64_t before = 0;
  for (std::size_t i = 1; i < seen.size(); ++i) {
    const auto& [written, gone] = seen[i];
    const bool last = i + 1 == seen.size();
    CHECK((last || written - before >= kInGroup));
    // An answer went for each event that left the queue: never more than so many are ahead of the log.
    CHECK(gone == static_cast<std::size_t>(std::min<std::int64_t>(kMostNotes + written, kMostNotes + kHeld)));
    before = written;
  }
  CHECK(before == kMostNotes + kHeld);
  REQUIRE(order.size() == kMostNotes + kHeld);
  CHECK(std::ranges::is_sorted(order));
}
