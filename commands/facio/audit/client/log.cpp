#include "commands/facio/audit/client/log.hpp"

#include <algorithm>
#include <charconv>

#include "cli/core/time.hpp"

namespace facio::audit {
namespace {

constexpr std::size_t kUsualLines = 20;

/// Keeps what is behind the cursor: the events of its own instant come in the order of the log.
class Behind {
 public:
  Behind(const Cursor* cursor, bool inclusive, Reading& reading) : cursor_(cursor), inclusive_(inclusive), reading_(reading) {}

  /// Whether an event, the oldest first, is behind the cursor.
  bool passed(const Event& event) {
    if (cursor_ == nullptr || passed_) return true;
    if (event.id == cursor_->id) {
      passed_ = true;
      return inclusive_;
    }
    if (event.ts_ms <= cursor_->ts_ms) return false;
    lost(event.ts_ms);
    return true;
  }
  void lost(std::int64_t to_ms) {
    if (cursor_ == nullptr || passed_) return;
    passed_ = true;
    reading_.gap = true;
    reading_.gap_from_ms = cursor_->ts_ms;
    reading_.gap_to_ms = to_ms;
  }

 private:
  const Cursor* cursor_;
  bool inclusive_;
  Reading& reading_;
  bool passed_ = false;
};

bool fits(const Filter& filter, const Event& event) {
  EventFields fields;
  return read_fields(event.json, fields) && filter.matches(event.json, fields);
}

/// The last lines, read backwards until there are enough.
Status read_back(Pages& pages, const Filter& filter, std::size_t lines, const Cursor* behind, bool inclusive, Reading& reading,
                 const Visit& visit) {
  std::vector<Event> found;
  bool met = behind == nullptr;
  std::optional<std::int64_t> from = filter.from_ms;
  if (behind != nullptr) from = std::max(behind->ts_ms, from.value_or(behind->ts_ms));
  auto status = pages.newest_first(from, filter.to_ms, [&](Event&& event) -> Result<bool> {
    if (!reading.last) reading.last = Cursor::of(event, {});
    const bool at_cursor = behind != nullptr && event.id == behind->id;
    if (at_cursor) met = true;
    if (lines != 0 && (!at_cursor || inclusive) && fits(filter, event)) found.push_back(std::move(event));
    if (found.size() >= lines) met = true;  // how the log goes on before that is not asked
    return !at_cursor && found.size() < lines;
  });
  if (!status) return status;
  if (!met) {
    reading.gap = true;
    reading.gap_from_ms = behind->ts_ms;
    reading.gap_to_ms = found.empty() ? now_ms() : found.back().ts_ms;
  }
  for (auto event = found.rbegin(); event != found.rend(); ++event) {
    auto going = visit(std::move(*event));
    if (!going) return fail(std::move(going.error()));
    if (!*going) return {};
  }
  return {};
}

/// Of an agent that has no more than GET /audit/tail: the last of today.
Status read_tail(Client& client, const Filter& filter, std::size_t lines, Reading& reading, const Visit& visit) {
  auto response = client.send(get_request("audit.tail", "/api/v1/audit/tail?limit=500"));
  if (!response) return fail(std::move(response.error()));
  auto events = events_of(response->body);
  if (!events) return fail(std::move(events.error()));
  if (!events->empty()) reading.last = Cursor::of(events->back(), {});
  std::erase_if(*events, [&filter](const Event& event) { return !fits(filter, event); });
  if (events->size() > lines) events->erase(events->begin(), events->end() - static_cast<std::ptrdiff_t>(lines));
  for (Event& event : *events) {
    auto going = visit(std::move(event));
    if (!going) return fail(std::move(going.error()));
    if (!*going) return {};
  }
  return {};
}

}  // namespace

Result<Wanted> Wanted::from(const Invocation& invocation, const CursorFile& file, bool all) {
  Wanted wanted;
  wanted.newest = invocation.is_set("newest");
  for (const auto& [name, flag] : {std::pair{"cursor", "--cursor"}, std::pair{"after_cursor", "--after-cursor"}}) {
    if (!invocation.given(name)) continue;
    auto cursors = parse_cursors(invocation.value(name), flag);
    if (!cursors) return fail(std::move(cursors.error()));
    wanted.behind = std::move(*cursors);
    wanted.inclusive = std::string_view(name) == "cursor";
  }
  if (wanted.behind.empty() && !file.held().empty()) {
    auto cursors = parse_cursors(file.held(), "--cursor-file");
    if (!cursors) return fail(std::move(cursors.error()));
    wanted.behind = std::move(*cursors);
  }
  if (wanted.newest && wanted.behind.empty()) wanted.newest = false;  // the last ones anyway
  if (invocation.given("lines")) {
    const std::string_view text = invocation.value("lines");
    std::size_t lines = 0;
    (void)std::from_chars(text.data(), text.data() + text.size(), lines);
    wanted.lines = lines;
  } else if (!all && wanted.behind.empty() && !invocation.given("since") && !invocation.given("run")) {
    wanted.lines = kUsualLines;
  }
  return wanted;
}

const Cursor* Wanted::cursor_of(const std::string& agent, bool alone) const {
  for (const Cursor& cursor : behind)
    if (alone || cursor.agent == agent) return &cursor;
  return nullptr;
}

Result<Reading> read_log(Client& client, const Filter& filter, const Wanted& wanted, const Cursor* behind, const Visit& visit) {
  Reading reading;
  // What the agent filters does not tell where a cursor is.
  Pages pages(client, behind == nullptr ? filter.query() : Pages::Query{});
  if (wanted.lines && (behind == nullptr || wanted.newest)) {
    auto status = read_back(pages, filter, *wanted.lines, behind, wanted.inclusive, reading, visit);
    if (!status && status.error().code() == Code::unsupported && behind == nullptr)
      status = read_tail(client, filter, *wanted.lines, reading, visit);
    if (!status) return fail(std::move(status.error()));
    return reading;
  }
  std::optional<std::int64_t> from = filter.from_ms;
  if (behind != nullptr) from = behind->ts_ms;
  Behind after(behind, wanted.inclusive, reading);
  std::size_t shown = 0;
  auto status = pages.oldest_first(from, filter.to_ms, [&](Event&& event) -> Result<bool> {
    if (!after.passed(event)) return true;
    if (!fits(filter, event)) {
      reading.last = Cursor::of(event, {});
      return true;
    }
    if (wanted.lines && shown >= *wanted.lines) return false;
    reading.last = Cursor::of(event, {});
    ++shown;
    return visit(std::move(event));
  });
  if (!status) return fail(std::move(status.error()));
  after.lost(now_ms());
  return reading;
}

Result<std::optional<Event>> newest_event(Client& client) {
  auto response = client.send(Pages(client, {}).request(false, std::nullopt, std::nullopt, 1, 0));
  if (!response && response.error().code() == Code::unsupported)
    response = client.send(get_request("audit.tail", "/api/v1/audit/tail?limit=1"));
  if (!response) return fail(std::move(response.error()));
  auto events = events_of(response->body);
  if (!events) return fail(std::move(events.error()));
  if (events->empty()) return std::optional<Event>();
  return std::optional(std::move(events->front()));
}

Result<std::string> agent_name(Client& client) {
  auto target = client.target();
  if (!target) return fail(std::move(target.error()));
  const Context& context = (*target)->context;
  return context.name.empty() ? context.url : context.name;
}

}  // namespace facio::audit
