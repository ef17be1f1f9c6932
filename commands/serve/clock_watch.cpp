#include "commands/serve/clock_watch.hpp"

#include "cli/core/json.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/time.hpp"

namespace facio::serve {
namespace {

constexpr std::int64_t kLeastMs = 1000;

/// The time of the log's last event, if it has one.
std::optional<std::int64_t> last_time(store::Store& store, const std::string& agent) {
  const auto last = store.audit().list(agent, {.limit = 1});
  if (!last || last->count == 0) return std::nullopt;
  const auto items = JsonDocument::parse(last->items);
  if (!items) return std::nullopt;
  const auto time = parse_rfc3339(items->root().at(0).get("ts").string());
  return time ? std::optional(*time) : std::nullopt;
}

}  // namespace

Status ClockWatch::start() {
  if (const auto last = last_time(store_, agent_); last && *last - clock_.now_ms() >= kLeastMs)
    tell(*last, {clock_.now_ms(), clock_.now_ms() - *last});
  return alarm_.start([this](AlarmClock::Jump by) {
    if (!by || (*by<kLeastMs&& * by> - kLeastMs)) return;
    const std::int64_t now = clock_.now_ms();
    tell(now - *by, {now, *by});
  });
}

void ClockWatch::tell(std::int64_t before_ms, ClockJump jump) {
  clock_.noticed(jump);
  AuditEvent event;
  event.event = "clock_set";
  event.status = "ok";
  event.origin = "clock";
  event.message = "the clock was moved " + std::string(jump.by_ms < 0 ? "back" : "forward") + " by " +
                  format_duration(jump.by_ms < 0 ? -jump.by_ms : jump.by_ms) + ": from " + format_rfc3339(before_ms) + " to " +
                  format_rfc3339(jump.at_ms);
  event.details = json_object("by_ms", jump.by_ms, "before", format_rfc3339(before_ms), "after", format_rfc3339(jump.at_ms));
  store_.note(agent_, std::move(event), {});
}

}  // namespace facio::serve
