#include "commands/facio/audit/client/log.hpp"

#include <algorithm>

#include "cli/core/time.hpp"

namespace facio::audit {
namespace {

constexpr std::size_t kUsualLines = 20;

/// Who reads to the beginning of the log hears where it really begins.
Status tell_of_archives(Client& client, const Pages& pages) { return pages.archived().empty() ? Status{} : note(client, pages.archived()); }

/// The last lines, read backwards until there are enough.
Status read_back(Pages& pages, const Filter& filter, const LogRange& range, const Cursor* after, Reading& reading, const Visit& visit) {
  const std::size_t lines = *range.lines;
  std::vector<Event> found;
  bool complete = after == nullptr;
  std::optional<std::int64_t> from = filter.from_ms;
  if (after != nullptr && after->seq == 0) from = std::max(after->ts_ms, from.value_or(after->ts_ms));
  auto status = pages.newest_first(from, filter.to_ms, [&](Event&& event) -> Result<bool> {
    if (!reading.last) reading.last = Cursor::of(event, {});
    const bool at_cursor = after != nullptr && event.id == after->id;
    if (!at_cursor && after != nullptr && after->seq > 0 && event.seq > 0 && after->is_behind(event)) return false;
    if (lines != 0 && (!at_cursor || range.inclusive) && filter.matches(event)) found.push_back(std::move(event));
    complete = complete || at_cursor || found.size() >= lines;  // gaps before the shown lines do not matter
    return !at_cursor && found.size() < lines;
  });
  if (!status) return status;
  if (!complete) reading.gap = TailUpdate::gap(after->ts_ms, found.empty() ? now_ms() : found.back().ts_ms);
  std::ranges::reverse(found);
  return visit_each(found, visit).map([](bool) {});
}

/// For an agent that has only GET /audit/tail: the last events of today.
Status read_tail(Client& client, const Filter& filter, std::size_t lines, Reading& reading, const Visit& visit) {
  auto events = get_events(client, get_request("audit.tail", "/api/v1/audit/tail?limit=500"));
  if (!events) return fail(std::move(events.error()));
  if (!events->empty()) reading.last = Cursor::of(events->back(), {});
  std::erase_if(*events, [&filter](const Event& event) { return !filter.matches(event); });
  if (events->size() > lines) events->erase(events->begin(), events->end() - static_cast<std::ptrdiff_t>(lines));
  return visit_each(*events, visit).map([](bool) {});
}

/// The newest event of the log; nothing when the log is empty.
Result<std::optional<Event>> newest_event(Client& client) {
  auto events = get_events(client, Pages(client).request(false, {}, {}, 1));
  if (!events && events.error().code() == Code::unsupported)
    events = get_events(client, get_request("audit.tail", "/api/v1/audit/tail?limit=1"));
  if (!events) return fail(std::move(events.error()));
  return events->empty() ? std::optional<Event>() : std::optional(std::move(events->front()));
}

}  // namespace

Result<LogRange> LogRange::from(const Invocation& invocation, const CursorFile& file, bool all) {
  LogRange range;
  const auto read = [&range](std::string_view text, const std::string& flag) {
    return parse_cursors(text, flag).map([&](std::vector<Cursor> cursors) { range.after = std::move(cursors); });
  };
  range.inclusive = invocation.given("cursor");
  Status status;
  if (invocation.given("cursor")) status = read(invocation.value("cursor"), "--cursor");
  else if (invocation.given("after_cursor")) status = read(invocation.value("after_cursor"), "--after-cursor");
  if (status && range.after.empty() && !file.held().empty()) status = read(file.held(), "--cursor-file");
  if (!status) return fail(std::move(status.error()));
  range.newest = invocation.is_set("newest") && !range.after.empty();  // without a cursor they are the newest anyway
  if (invocation.given("lines")) range.lines = static_cast<std::size_t>(integer_of(invocation.value("lines")));
  else if (!all && range.after.empty() && !invocation.given("since") && !invocation.given("run")) range.lines = kUsualLines;
  return range;
}

const Cursor* LogRange::cursor_of(const std::string& agent, bool single) const {
  const auto found = std::ranges::find_if(after, [&](const Cursor& cursor) { return single || cursor.agent == agent; });
  return found == after.end() ? nullptr : &*found;
}

Result<Reading> read_log(Client& client, const Filter& filter, const LogRange& range, const Cursor* after, const Visit& visit) {
  Reading reading;
  // The cursor's event may not match the filter, so with a cursor the agent must not filter.
  Pages pages(client, after == nullptr ? filter.query() : Pages::Query{});
  if (range.lines && (after == nullptr || range.newest)) {
    auto status = read_back(pages, filter, range, after, reading, visit);
    if (!status && status.error().code() == Code::unsupported && after == nullptr)
      status = read_tail(client, filter, *range.lines, reading, visit);
    if (status) status = tell_of_archives(client, pages);
    if (!status) return fail(std::move(status.error()));
    return reading;
  }
  bool passed = after == nullptr;  // without numbers, events at the cursor's own time come in the order of the log
  const LogPlace from = after != nullptr ? after->place() : LogPlace{.from_ms = filter.from_ms};
  std::size_t shown = 0;
  auto status = pages.oldest_first(from, filter.to_ms, [&](Event&& event) -> Result<bool> {
    if (!passed) {
      const bool at_cursor = event.id == after->id;
      if (!at_cursor && after->is_behind(event)) return true;
      passed = true;
      if (at_cursor && !range.inclusive) return true;
      if (!at_cursor) reading.gap = TailUpdate::gap(after->ts_ms, event.ts_ms);
    }
    const bool matches = filter.matches(event);
    if (matches && range.lines && shown >= *range.lines) return false;
    reading.last = Cursor::of(event, {});
    if (!matches) return true;
    ++shown;
    return visit(std::move(event));
  });
  if (!status) return fail(std::move(status.error()));
  if (!passed) reading.gap = TailUpdate::gap(after->ts_ms, now_ms());
  if (status = tell_of_archives(client, pages); !status) return fail(std::move(status.error()));
  return reading;
}

Result<Cursor> begin_tail(Client& client, const Filter& filter, const LogRange& range, const Cursor* after, const std::string& agent,
                          Tail& tail, std::vector<TailUpdate>& updates) {
  if (after != nullptr && !range.newest && !range.lines) {
    tail.begin_after(*after);
    return *after;
  }
  // Asked first, so that nothing is lost between what is shown and what follows.
  auto newest = newest_event(client);
  if (!newest) return fail(std::move(newest.error()));
  Cursor start{.agent = agent};
  if (*newest) {
    start = Cursor::of(**newest, agent);
    tail.begin_after(start);
  }
  auto reading = read_log(client, filter, range, after, [&](Event&& event) -> Result<bool> {
    tail.mark_seen(event);
    updates.push_back({.event = std::move(event)});
    return true;
  });
  if (!reading) return fail(std::move(reading.error()));
  if (reading->gap) updates.push_back(*reading->gap);
  return start;
}

Result<std::string> agent_name(Client& client) {
  return client.target().map([](const ResolvedTarget* target) {
    const Context& context = target->context;
    return context.name.empty() ? context.url : context.name;
  });
}

}  // namespace facio::audit
