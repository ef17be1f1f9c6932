#include "commands/facio/runtime/a2a/aging.hpp"

#include <chrono>

#include "cli/core/time.hpp"
#include "commands/facio/audit/server/change_event.hpp"
#include "commands/facio/runtime/a2a/model.hpp"
#include "commands/facio/settings/server/service.hpp"
#include "commands/serve/clock.hpp"
#include "commands/serve/store/store.hpp"
#include "commands/serve/trouble.hpp"

namespace facio::serve::a2a {
namespace {

constexpr std::chrono::minutes kBetweenLooks{10};
constexpr std::int64_t kMostAtOnce = 200;  // in one unit of work, so that others get their turn
constexpr std::string_view kAging = "the aging of A2A tasks";

AuditEvent aged_event(const store::A2aAged& aged, std::int64_t days) {
  const auto count = [](std::int64_t number, std::string_view what) {
    return std::to_string(number) + " " + std::string(what) + (number == 1 ? "" : "s");
  };
  AuditEvent event = change_event("a2a_aged",
                                  "removed " + count(aged.tasks, "A2A task") + " and " + count(aged.sessions, "session") +
                                      " that had not changed for " + count(days, "day"),
                                  event_details("tasks", aged.tasks, "sessions", aged.sessions, "retention_days", days));
  event.origin = "serve";
  return event;
}

}  // namespace

Status Aging::start() {
  auto thread = Thread::start(kAging, [this] { loop(); });
  if (!thread) return fail(std::move(thread.error()));
  thread_ = std::move(*thread);
  return {};
}

void Aging::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Aging::loop() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    (void)contained(kAging, [this] {
      if (auto status = look(); !status) report_trouble("old tasks of other agents are not removed", status.error().message());
    });
    lock.lock();
    wake_.wait_for(lock, kBetweenLooks, [this] { return stopping_; });
  }
}

Status Aging::look() {
  const std::int64_t days = base_.settings.advanced(agent_).retention_days;
  if (days == 0) return {};
  if (const auto jump = base_.clock.last_jump(); jump && jump->by_ms > kDayMs) return {};
  const std::int64_t before = base_.clock.now_ms() - days * kDayMs;
  // Not those that wait for their callers: one who has not answered for so long does not answer any more.
  const std::vector<int> open = {static_cast<int>(State::submitted), static_cast<int>(State::working),
                                 static_cast<int>(State::auth_required)};
  for (bool more = true; more;) {
    auto status = base_.store.run([&](store::Transaction& tx) -> Status {
      auto aged = tx.age_a2a(agent_, before, open, kMostAtOnce);
      if (!aged) return fail(std::move(aged.error()));
      more = aged->tasks == kMostAtOnce || aged->sessions == kMostAtOnce;
      return aged->tasks + aged->sessions == 0 ? Status{} : tx.append_audit(agent_, aged_event(*aged, days));
    });
    if (!status) return status;
  }
  return {};
}

}  // namespace facio::serve::a2a
