#include "commands/facio/audit/client/tail.hpp"

#include <poll.h>

#include <algorithm>

#include "cli/core/json_scan.hpp"
#include "cli/core/text.hpp"
#include "cli/core/time.hpp"
#include "cli/http/media.hpp"
#include "commands/facio/audit/client/pages.hpp"

namespace facio::audit {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int kShortestMs = 250, kLongestMs = 5000, kLongestBackoffMs = 15000, kRequestMs = 10000;
constexpr std::size_t kFirstAsk = 50, kMostAsk = 500, kRemembered = 8192;
// An empty tail hides what came before midnight: then the log itself is read this often.
constexpr std::chrono::seconds kReadAtLeast{30};

int ms_until(steady_clock::time_point when) {
  const auto left = std::chrono::ceil<milliseconds>(when - steady_clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
}

}  // namespace

void Tail::begin_after(const Cursor& last) {
  last_ = last;
  expected_ = true;
  remember(last.id);
}

void Tail::remember(std::uint64_t id) {
  if (!seen_.insert(id).second) return;
  order_.push_back(id);
  if (order_.size() <= kRemembered) return;
  seen_.erase(order_.front());
  order_.pop_front();
}

void Tail::emit_new(Event&& event, std::vector<TailUpdate>& updates) {
  if (seen_.contains(event.id)) return;
  remember(event.id);
  last_ = Cursor::of(event, {});
  expected_ = true;
  flowing_ = flowing_ || !is_own_reading(fields_of(event.json));
  updates.push_back({.event = std::move(event)});
}

void Tail::on_success(std::vector<TailUpdate>& updates) {
  backoff_ms_ = 0;
  if (!away_) return;
  away_ = false;
  updates.push_back({.kind = TailUpdate::Kind::back});
}

/// Schedules the next attempt and reports it. Fails where waiting cannot help.
Status Tail::on_failure(const Error& error, long retry_after_s, std::vector<TailUpdate>& updates) {
  if (!is_transient(error)) return fail(Error(error));
  backoff_ms_ = backoff_ms_ == 0 ? 500 : std::min(backoff_ms_ * 2, kLongestBackoffMs);
  const int wait = retry_after_s > 0 ? static_cast<int>(std::min(retry_after_s, 300L)) * 1000 : backoff_ms_;
  next_ = steady_clock::now() + milliseconds(wait);
  updates.push_back({.kind = TailUpdate::Kind::lost, .message = error.message(), .wait_ms = wait});
  away_ = true;
  return {};
}

/// The last events of today; nothing when the agent lacks that route or cannot be reached now.
Result<std::optional<std::vector<Event>>> Tail::ask_tail(std::vector<TailUpdate>& updates) {
  Request request = get_request("audit.tail", "/api/v1/audit/tail?limit=" + std::to_string(ask_for_));
  request.timeout_ms = std::min(request.timeout_ms, kRequestMs);
  const auto failed = [&](const Error& error, long retry_after_s) {
    return on_failure(error, retry_after_s, updates).map([] { return std::optional<std::vector<Event>>(); });
  };
  auto response = client_.exchange(request);
  if (!response) return failed(response.error(), -1);
  if (response->status == 404 || response->status == 405 || response->status == 501) {
    has_tail_ = false;
    return std::optional<std::vector<Event>>();
  }
  if (auto status = check_status(client_.system().errors, request, *response); !status)
    return failed(status.error(), response->retry_after_s);
  auto events = events_of(response->body);
  if (!events) return fail(std::move(events.error()));
  offered_ = !json::member(trimmed(response->body), "stream").empty();
  on_success(updates);
  return std::optional(std::move(*events));
}

/// Emits what comes after a known event; the events must be in the order of the log.
Tail::Found Tail::take_known(std::vector<Event>& events, std::vector<TailUpdate>& updates) {
  const auto known = std::ranges::find_if(events, [this](const Event& event) { return seen_.contains(event.id); });
  const bool whole_day = events.size() < ask_for_;
  if (known == events.end() && (last_ || !whole_day)) return whole_day ? Found::nothing : Found::too_little;
  for (auto event = known == events.end() ? events.begin() : known; event != events.end(); ++event) emit_new(std::move(*event), updates);
  return Found::everything;
}

/// Reads on in the log itself, from the last known event on.
Status Tail::read_on(std::vector<TailUpdate>& updates) {
  log_read_at_ = steady_clock::now();
  log_read_day_ = now_ms() / kDayMs;
  const std::optional<Cursor> from = last_;
  bool proven = !from || !expected_;
  const auto report_gap = [&](std::int64_t to) {
    updates.push_back(TailUpdate::gap(from->ts_ms, to));
    proven = true;
    expected_ = false;
  };
  auto status = Pages(client_, {}).oldest_first(from ? from->place() : LogPlace{}, std::nullopt, [&](Event&& event) -> Result<bool> {
    if (from && event.id == from->id) {
      proven = true;
      return true;
    }
    if (seen_.contains(event.id)) return true;
    if (!proven && !from->is_behind(event)) report_gap(event.ts_ms);
    if (proven) emit_new(std::move(event), updates);
    return true;
  });
  if (!status && status.error().code() == Code::unsupported && has_tail_) {
    has_log_ = false;
    return {};
  }
  if (!status) return on_failure(status.error(), -1, updates);
  on_success(updates);
  if (!proven) report_gap(now_ms());  // even the last event is gone
  return {};
}

/// For an agent without GET /audit: whatever its tail no longer holds is a gap.
void Tail::take_unproven(std::vector<Event>& events, std::vector<TailUpdate>& updates) {
  const auto first = std::ranges::find_if(events, [this](const Event& event) { return !seen_.contains(event.id); });
  if (first == events.end()) return;
  if (last_ && expected_) updates.push_back(TailUpdate::gap(last_->ts_ms, first->ts_ms));
  for (auto event = first; event != events.end(); ++event) emit_new(std::move(*event), updates);
}

/// Asks for the tail, for more of it until it reaches back far enough, and for the log when even that does not help.
Status Tail::ask(std::vector<TailUpdate>& updates) {
  while (has_tail_) {
    auto events = ask_tail(updates);
    if (!events) return fail(std::move(events.error()));
    if (!*events && has_tail_) return {};  // away
    if (!*events) break;
    const bool empty = (*events)->empty();
    const Found found = take_known(**events, updates);
    if (found == Found::everything) return {};
    if (found == Found::too_little && ask_for_ < kMostAsk) {
      ask_for_ = std::min(ask_for_ * 2, kMostAsk);
      continue;
    }
    if (!has_log_) {
      take_unproven(**events, updates);
      return {};
    }
    // The rest is of yesterday, or more than a tail holds.
    if (empty && log_read_day_ == now_ms() / kDayMs && steady_clock::now() - log_read_at_ < kReadAtLeast) return {};
    if (auto status = read_on(updates); !status) return status;
    if (has_log_) return {};
  }
  return has_tail_ ? Status{} : read_on(updates);
}

Status Tail::poll(std::vector<TailUpdate>& updates) {
  flowing_ = false;
  if (auto status = ask(updates); !status || away_) return status;
  ask_for_ = std::max(kFirstAsk, std::min(ask_for_, updates.size() * 2));
  interval_ms_ = flowing_ ? kShortestMs : std::min(interval_ms_ * 3 / 2, kLongestMs);
  next_ = steady_clock::now() + milliseconds(interval_ms_);
  if (may_stream_ && offered_) open_stream();
  return {};
}

void Tail::open_stream() {
  std::string after = "0";
  if (last_) {
    if (last_->hash.empty()) return;
    after = std::to_string(last_->seq) + "." + last_->hash;
  }
  Request request = get_request("audit.stream", "/api/v1/audit/stream?after=" + after);
  request.accept = "text/event-stream";
  request.timeout_ms = kRequestMs;
  auto answer = client_.open(request);
  if (!answer) {  // the next poll reports what is wrong
    if (answer.error().code() == Code::unsupported) may_stream_ = false;
    return;
  }
  if (answer->status() == 200 && http::is_media_type(answer->content_type(), http::kEventStream)) {
    stream_.emplace(std::move(*answer));
    reader_.emplace();
    last_bytes_ = steady_clock::now();
  } else if (answer->status() != 429 && answer->status() != 503) {
    may_stream_ = false;
  }
}

/// False when the stream is over; polls take its place.
bool Tail::read_stream(int wait_ms, std::vector<TailUpdate>& updates) {
  constexpr std::chrono::seconds kSilence{60};  // several beats
  constexpr std::size_t kMostOfEvent = std::size_t{16} * 1024 * 1024;
  for (;;) {
    const LiveAnswer::Piece piece = stream_->read(wait_ms);
    if (piece.state == LiveAnswer::Piece::State::nothing) return steady_clock::now() - last_bytes_ < kSilence;
    if (piece.state != LiveAnswer::Piece::State::bytes) return false;
    last_bytes_ = steady_clock::now();
    reader_->feed(piece.text);
    while (auto event = reader_->next())
      if (event->type == "audit" && json::check_json(event->data)) emit_new(event_of(event->data), updates);
    if (reader_->waiting() > kMostOfEvent) return false;
    wait_ms = 0;
    if (updates.size() >= 500) return true;
  }
}

Status Tail::read(int wait_ms, std::vector<TailUpdate>& updates) {
  if (stream_) {
    if (read_stream(wait_ms, updates)) return {};
    stream_.reset();
    reader_.reset();
    interval_ms_ = kShortestMs;
    next_ = {};
    if (!updates.empty()) return {};
  }
  if (const int left = ms_until(next_); left > 0) {
    (void)::poll(nullptr, 0, std::min(left, wait_ms));
    if (left > wait_ms) return {};
  }
  return poll(updates);
}

}  // namespace facio::audit
