// Rules about secrets, for client and server: placeholders in configurations, and text that looks like a secret.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core/validate.hpp"

namespace facio::credentials {

/// A path of the area itself (contract section 5), so not a valid name.
inline constexpr std::string_view kReservedKey = "providers";

/// A ${credentials.KEY} in a text.
struct Placeholder {
  std::size_t begin = 0, end = 0;
  std::string_view key;
};

/// The next placeholder at or after `from`. A malformed one, such as ${credentials.1A}, is plain text.
inline std::optional<Placeholder> next_placeholder(std::string_view text, std::size_t from = 0) {
  constexpr std::string_view kOpen = "${credentials.";
  for (std::size_t begin = text.find(kOpen, from); begin != std::string_view::npos; begin = text.find(kOpen, begin + 1)) {
    const std::size_t start = begin + kOpen.size();
    const std::size_t close = text.find('}', start);
    if (close == std::string_view::npos) return std::nullopt;
    const std::string_view key = text.substr(start, close - start);
    if (find_pattern("key")->matches(key)) return Placeholder{begin, close + 1, key};
  }
  return std::nullopt;
}

/// The distinct keys of all placeholders; nothing when there are none.
inline std::optional<std::vector<std::string>> keys_in(std::string_view text) {
  std::vector<std::string> keys;
  for (auto found = next_placeholder(text); found; found = next_placeholder(text, found->end))
    if (std::ranges::find(keys, found->key) == keys.end()) keys.emplace_back(found->key);
  if (keys.empty()) return std::nullopt;
  return keys;
}

/// Whether a text is exactly one placeholder.
inline bool is_placeholder(std::string_view text) {
  const auto found = next_placeholder(text);
  return found && found->begin == 0 && found->end == text.size();
}

}  // namespace facio::credentials
