// Changes since the start that take effect only after a restart.
#pragma once

#include <algorithm>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace facio::serve {

/// Safe from any thread.
class PendingRestart {
 public:
  /// `what`: e.g. "channel telegram", "setting browser.backend".
  void add(std::string_view what) {
    const std::lock_guard guard(mutex_);
    if (std::ranges::find(reasons_, what) == reasons_.end()) reasons_.emplace_back(what);
  }
  [[nodiscard]] std::vector<std::string> reasons() const {
    const std::lock_guard guard(mutex_);
    return reasons_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> reasons_;
};

}  // namespace facio::serve
