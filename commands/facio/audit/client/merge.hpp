// The logs of several agents as one, in the order of time. Events of one agent keep their order; an event waits for earlier ones that other
// agents may still send, but never longer than a window.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <vector>

#include "commands/facio/audit/client/tail.hpp"

namespace facio::audit {

class Merge {
 public:
  Merge(std::size_t agents, std::int64_t window_ms) : reached_(agents, 0), window_ms_(window_ms) {}

  /// Takes what one agent (update.event.agent) has just sent.
  void add(TailUpdate&& update, std::int64_t now_ms) {
    std::int64_t& reached = reached_[update.event.agent];
    const std::int64_t time = update.kind == TailUpdate::Kind::event ? update.event.ts_ms : update.to_ms;
    reached = std::max(time, reached == INT64_MAX ? 0 : reached);
    waiting_.emplace(reached, Item{std::move(update), now_ms});
  }
  /// This agent sends nothing more; nobody waits for it.
  void remove_agent(std::size_t agent) { reached_[agent] = INT64_MAX; }
  /// What can be shown now, in order.
  std::vector<TailUpdate> due(std::int64_t now_ms) {
    // All agents have got so far: nothing earlier can come. What has waited long enough takes along what stands before it.
    std::int64_t up_to = reached_.size() == 1 ? reached_.front() : *std::ranges::min_element(reached_) - 1;
    for (const auto& [time, item] : waiting_)
      if (now_ms - item.came_ms >= window_ms_) up_to = std::max(up_to, time);
    return take(up_to);
  }
  /// Everything that is left, in order.
  std::vector<TailUpdate> rest() { return take(INT64_MAX); }
  [[nodiscard]] bool empty() const { return waiting_.empty(); }

 private:
  struct Item {
    TailUpdate update;
    std::int64_t came_ms;
  };
  std::vector<TailUpdate> take(std::int64_t up_to) {
    std::vector<TailUpdate> out;
    for (; !waiting_.empty() && waiting_.begin()->first <= up_to; waiting_.erase(waiting_.begin()))
      out.push_back(std::move(waiting_.begin()->second.update));
    return out;
  }

  std::multimap<std::int64_t, Item> waiting_;  ///< by time; among equals the first that came is first
  std::vector<std::int64_t> reached_;          ///< the latest time of each agent
  std::int64_t window_ms_;
};

}  // namespace facio::audit
