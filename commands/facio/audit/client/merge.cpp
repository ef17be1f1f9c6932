#include "commands/facio/audit/client/merge.hpp"

#include <algorithm>

namespace facio::audit {

void Merge::add(TailUpdate&& news, std::size_t agent, std::int64_t now_ms) {
  std::int64_t key = news.kind == TailUpdate::Kind::event ? news.event.ts_ms : news.to_ms;
  key = std::max(key, keys_[agent] == INT64_MAX ? 0 : keys_[agent]);
  keys_[agent] = key;
  waiting_.emplace(key, Item{std::move(news), agent, now_ms});
}

std::vector<std::pair<std::size_t, TailUpdate>> Merge::take(std::int64_t up_to) {
  std::vector<std::pair<std::size_t, TailUpdate>> out;
  while (!waiting_.empty() && waiting_.begin()->first <= up_to) {
    Item& item = waiting_.begin()->second;
    out.emplace_back(item.agent, std::move(item.news));
    waiting_.erase(waiting_.begin());
  }
  return out;
}

std::vector<std::pair<std::size_t, TailUpdate>> Merge::due(std::int64_t now_ms) {
  // Every agent has come so far: nothing can come before. And what has waited long enough takes along what stands before it.
  std::int64_t up_to = *std::ranges::min_element(keys_) - 1;
  if (keys_.size() == 1) up_to = keys_.front();
  for (const auto& [key, item] : waiting_)
    if (now_ms - item.came_ms >= window_ms_) up_to = std::max(up_to, key);
  return take(up_to);
}

}  // namespace facio::audit
