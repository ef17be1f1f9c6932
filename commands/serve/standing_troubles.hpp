// What is wrong for longer and waits for somebody: health tells it, and so does doctor.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <unistd.h>
#include <vector>

namespace facio::serve {

/// Safe from any thread.
class StandingTroubles {
 public:
  /// `text`: a sentence for people, without any secret. An `id` that is an absolute path stands until nothing is there any more.
  void set(const std::string& id, std::string text) {
    const std::lock_guard lock(mutex_);
    all_[id] = std::move(text);
  }
  void clear(const std::string& id) {
    const std::lock_guard lock(mutex_);
    all_.erase(id);
  }
  /// By their ids.
  [[nodiscard]] std::vector<std::string> all() {
    const std::lock_guard lock(mutex_);
    std::erase_if(all_, [](const auto& one) { return one.first.starts_with('/') && ::access(one.first.c_str(), F_OK) != 0; });
    std::vector<std::string> texts;
    for (const auto& [id, text] : all_) texts.push_back(text);
    return texts;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::string, std::less<>> all_;
};

}  // namespace facio::serve
