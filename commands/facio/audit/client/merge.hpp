// The logs of several agents as one, in the order of time. Events of an agent stay in its order; an event waits for those of others that
// may still come before it, but never longer than a window.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "commands/facio/audit/client/tail.hpp"

namespace facio::audit {

class Merge {
 public:
  Merge(std::size_t agents, std::int64_t window_ms) : keys_(agents, 0), window_ms_(window_ms) {}

  /// Something of one agent (news.event.agent) that came now.
  void add(TailUpdate&& news, std::size_t agent, std::int64_t now_ms);
  /// This agent has nothing more to tell: nobody waits for it.
  void leave(std::size_t agent) { keys_[agent] = INT64_MAX; }
  /// What may go out now, in order; the agent beside each.
  std::vector<std::pair<std::size_t, TailUpdate>> due(std::int64_t now_ms);
  /// Everything that is left, in order.
  std::vector<std::pair<std::size_t, TailUpdate>> rest() { return take(INT64_MAX); }
  [[nodiscard]] bool empty() const { return waiting_.empty(); }

 private:
  struct Item {
    TailUpdate news;
    std::size_t agent;
    std::int64_t came_ms;
  };
  std::vector<std::pair<std::size_t, TailUpdate>> take(std::int64_t up_to);

  std::multimap<std::int64_t, Item> waiting_;  ///< by time; of equal ones the first that came is first
  std::vector<std::int64_t> keys_;             ///< the latest time that each agent has reached
  std::int64_t window_ms_;
};

}  // namespace facio::audit
