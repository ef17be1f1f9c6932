// Which tools were reported as left out: once, and again when the reason changes.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace facio::serve {

/// Safe from any thread.
class ToolNotes {
 public:
  /// Whether this is news.
  bool take(const std::string& agent, const std::string& tool, const std::string& why) {
    constexpr std::size_t kMost = 1000;
    const std::lock_guard lock(mutex_);
    if (noted_.size() >= kMost) noted_.clear();
    std::string& known = noted_[{agent, tool}];
    return std::exchange(known, why) != why;
  }

 private:
  std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, std::string> noted_;
};

}  // namespace facio::serve
