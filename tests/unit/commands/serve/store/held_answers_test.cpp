// Events come faster than they are written: how many answers go before their events, and when the others do.
#include <catch2/catch.hpp>
#include <future>
#include <vector>

#include "commands/serve/store/store.hpp"

using namespace facio;
using store::Transaction;

namespace {

constexpr int kMostNotes = 8192;
constexpr int kInGroup = 256;

AuditEvent read_event() {
  AuditEvent event;
  event.event = "read";
  return event;
}

}  // namespace

TEST_CASE("held answers go in their order, as many as events were written", "[store]") {
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

  REQUIRE(seen.size() == 1 + (kMostNotes + kHeld + kInGroup - 1) / kInGroup);
  std::int64_t before = 0;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    const auto& [written, gone] = seen[i];
    CHECK(written == std::min<std::int64_t>(static_cast<std::int64_t>(i) * kInGroup, kMostNotes + kHeld));
    // Those that went after the commit before this one; never more than so many ahead of the log.
    CHECK(gone == static_cast<std::size_t>(std::min<std::int64_t>(kMostNotes + before, kMostNotes + kHeld)));
    before = written;
  }
  REQUIRE(order.size() == kMostNotes + kHeld);
  CHECK(std::ranges::is_sorted(order));
}
