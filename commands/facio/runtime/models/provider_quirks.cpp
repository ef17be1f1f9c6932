#include "commands/facio/runtime/models/provider_quirks.hpp"

#include <algorithm>

namespace facio::serve {
namespace {

constexpr std::chrono::hours kKept{1};
constexpr std::size_t kMostLessons = 1000;

}  // namespace

ProviderQuirks::Known ProviderQuirks::of(const std::string& base, const std::string& model) {
  const std::lock_guard lock(mutex_);
  const auto found = lessons_.find({base, model});
  if (found == lessons_.end()) return {};
  if (now_() < found->second.until) return found->second.known;
  lessons_.erase(found);
  return {};
}

void ProviderQuirks::learn(const std::string& base, const std::string& model, const Known& known) {
  const std::lock_guard lock(mutex_);
  const auto [place, is_new] = lessons_.try_emplace({base, model});
  if (is_new || place->second.known != known) place->second = {known, now_() + kKept};
  if (lessons_.size() <= kMostLessons) return;
  lessons_.erase(std::ranges::min_element(lessons_, {}, [](const auto& one) { return one.second.until; }));
}

}  // namespace facio::serve
