// Random audit events, and the slow but plain answers that the store's must equal.
#pragma once

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "cli/core/time.hpp"
#include "commands/serve/store/store.hpp"

/// One event as the model sees it.
struct ModelEvent {
  std::int64_t seq = 0;
  std::int64_t ts_ms = 0;
  facio::AuditEvent event;
};

class AuditModel {
 public:
  explicit AuditModel(unsigned seed) : random_(seed) {}

  static constexpr std::int64_t kStart = 1'780'000'000'000;

  /// The next event: mostly requests, the rest a mix; several may share a millisecond. Now and then the clock is set back or ahead.
  facio::AuditEvent next() {
    now_ += pick(0, 3) == 0 ? pick(0, 5000) : 0;
    if (pick(0, 1500) == 0) now_ += std::int64_t{1000} * pick(-3600, 3600);
    latest_ = std::max(latest_, now_);
    facio::AuditEvent e;
    const int kind = pick(0, 9);
    e.event = kind < 5 ? "api_request" : kind < 8 ? "tool_call" : kind == 8 ? "llm_call" : "cron_run";
    e.ts = facio::format_rfc3339(now_);
    if (pick(0, 19) != 0) e.status = pick(0, 9) == 0 ? (pick(0, 1) == 0 ? "error" : "denied") : "ok";
    if (pick(0, 2) == 0) e.origin = one_of({"api", "cron", "channel"});
    if (kind >= 5) e.channel = one_of({"web", "slack", "mail"});
    if (kind >= 5 && kind < 8) e.tool_name = one_of({"read", "write", "shell", "mcp:search"});
    if (kind == 8) e.model = one_of({"builtin", "large", "small"});
    if (kind >= 5) {
      e.run_id = "run" + std::to_string(pick(0, 300));
      e.trace_id = "trace" + std::to_string(pick(0, 100));
      e.turn_id = "turn" + std::to_string(pick(0, 500));
      e.session_key = "session" + std::to_string(pick(0, 20));
      e.channel_id = "id" + std::to_string(pick(0, 50));
      if (pick(0, 3) == 0) e.parent_run_id = "run" + std::to_string(pick(0, 300));
    }
    events.push_back({static_cast<std::int64_t>(events.size()) + 1, now_, e});
    return e;
  }

  /// Sequence numbers of the page, and whether there is more.
  [[nodiscard]] std::vector<std::int64_t> page(const facio::store::AuditQuery& q, bool& more) const {
    using Row = std::pair<std::optional<std::string>, std::int64_t>;  // what is sorted by, then the place in the log
    std::vector<Row> found;
    for (const ModelEvent& e : events)
      if (matches(e, q)) found.emplace_back(column(e, q.sort_by), e.seq);
    if (q.sort_by != "ts") std::sort(found.begin(), found.end());
    if (!q.ascending) std::reverse(found.begin(), found.end());
    std::vector<std::int64_t> page;
    for (auto i = static_cast<std::size_t>(q.offset); i < found.size() && page.size() < static_cast<std::size_t>(q.limit); ++i)
      page.push_back(found[i].second);
    more = found.size() > static_cast<std::size_t>(q.offset + q.limit);
    return page;
  }

  static bool matches(const ModelEvent& e, const facio::store::AuditQuery& q) {
    const auto in = [](const std::vector<std::string>& wanted, const std::optional<std::string>& value) {
      return wanted.empty() || (value && std::find(wanted.begin(), wanted.end(), *value) != wanted.end());
    };
    return (!q.from_ms || e.ts_ms >= *q.from_ms) && (!q.to_ms || e.ts_ms <= *q.to_ms) && in(q.event, e.event.event) &&
           in(q.status, e.event.status) && in(q.origin, e.event.origin) && in(q.channel, e.event.channel) &&
           in(q.channel_id, e.event.channel_id) && in(q.session_key, e.event.session_key) && in(q.run_id, e.event.run_id) &&
           in(q.trace_id, e.event.trace_id) && in(q.turn_id, e.event.turn_id) && in(q.parent_run_id, e.event.parent_run_id) &&
           in(q.tool, e.event.tool_name) && in(q.model, e.event.model);
  }

  /// A random question about these events.
  facio::store::AuditQuery question() {
    facio::store::AuditQuery q;
    const auto some = [&](std::vector<std::string>& into, auto value_of) {
      for (int i = pick(0, 3) == 0 ? pick(2, 3) : 1; i > 0; --i)
        if (const std::optional<std::string> value =
                value_of(events[static_cast<std::size_t>(pick(0, static_cast<int>(events.size()) - 1))].event))
          into.push_back(*value);
      if (into.empty() || pick(0, 20) == 0) into.push_back("unknown");
    };
    using E = const facio::AuditEvent&;
    for (int filters = pick(0, 3); filters > 0; --filters) {
      switch (pick(0, 11)) {
        case 0: some(q.event, [](E e) { return std::optional(e.event); }); break;
        case 1: some(q.status, [](E e) { return e.status; }); break;
        case 2: some(q.origin, [](E e) { return e.origin; }); break;
        case 3: some(q.channel, [](E e) { return e.channel; }); break;
        case 4: some(q.channel_id, [](E e) { return e.channel_id; }); break;
        case 5: some(q.session_key, [](E e) { return e.session_key; }); break;
        case 6: some(q.run_id, [](E e) { return e.run_id; }); break;
        case 7: some(q.trace_id, [](E e) { return e.trace_id; }); break;
        case 8: some(q.turn_id, [](E e) { return e.turn_id; }); break;
        case 9: some(q.parent_run_id, [](E e) { return e.parent_run_id; }); break;
        case 10: some(q.tool, [](E e) { return e.tool_name; }); break;
        default: some(q.model, [](E e) { return e.model; }); break;
      }
    }
    if (pick(0, 2) == 0) q.from_ms = instant();
    if (pick(0, 2) == 0) q.to_ms = instant();
    q.limit = pick(0, 3) == 0 ? pick(1, 1000) : pick(1, 30);
    q.offset = pick(0, 2) == 0 ? pick(0, 3000) : pick(0, 5);
    q.sort_by = one_of({"ts", "ts", "event", "status", "channel", "model"});
    q.ascending = pick(0, 1) == 0;
    return q;
  }

  std::int64_t instant() { return kStart + static_cast<std::int64_t>(pick(0, static_cast<int>(latest_ - kStart) + 1000)) - 500; }
  int pick(int least, int most) { return std::uniform_int_distribution<int>(least, most)(random_); }

  std::vector<ModelEvent> events;

 private:
  static std::optional<std::string> column(const ModelEvent& e, const std::string& name) {
    if (name == "event") return e.event.event;
    if (name == "status") return e.event.status;
    if (name == "channel") return e.event.channel;
    if (name == "model") return e.event.model;
    return std::nullopt;
  }
  std::string one_of(std::initializer_list<const char*> words) { return words.begin()[pick(0, static_cast<int>(words.size()) - 1)]; }

  std::mt19937 random_;
  std::int64_t now_ = kStart, latest_ = kStart;
};
