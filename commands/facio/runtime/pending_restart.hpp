// Changes since the start that take effect only after a restart.
#pragma once

#include <algorithm>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core/secret.hpp"

namespace facio::serve {

/// Safe from any thread.
class PendingRestart {
 public:
  /// Before a change: what is in force of `what`, e.g. "channel telegram", "setting browser.backend". Only the first call since the start
  /// counts. Empty: it does not exist.
  void remember(std::string_view agent, std::string_view what, std::string_view in_force) {
    const std::lock_guard guard(mutex_);
    if (find(agent, what) == nullptr) entries_.push_back({std::string(agent), std::string(what), Secret(std::string(in_force))});
  }
  /// After a durable change to what it is now: that waits for a restart unless it is again what is in force.
  void changed(std::string_view agent, std::string_view what, std::string_view now) {
    const std::lock_guard guard(mutex_);
    if (Entry* const entry = find(agent, what)) entry->waits = entry->in_force.reveal() != now;
  }
  [[nodiscard]] bool waits(std::string_view agent, std::string_view what) {
    const std::lock_guard guard(mutex_);
    const Entry* const entry = find(agent, what);
    return entry != nullptr && entry->waits;
  }
  [[nodiscard]] std::vector<std::string> reasons() const {
    const std::lock_guard guard(mutex_);
    std::vector<std::string> found;
    for (const Entry& entry : entries_)
      if (entry.waits && std::ranges::find(found, entry.what) == found.end()) found.push_back(entry.what);
    return found;
  }

 private:
  struct Entry {
    std::string agent, what;
    Secret in_force;
    bool waits = false;
  };
  Entry* find(std::string_view agent, std::string_view what) {
    const auto found = std::ranges::find_if(entries_, [&](const Entry& one) { return one.agent == agent && one.what == what; });
    return found == entries_.end() ? nullptr : &*found;
  }

  mutable std::mutex mutex_;
  std::vector<Entry> entries_;
};

}  // namespace facio::serve
