#include "cli/core/text.hpp"

#include <algorithm>
#include <array>

namespace facio {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = lower(c);
  return out;
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = upper(c);
  return out;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

bool starts_with_ignoring_case(std::string_view text, std::string_view start) {
  return equals_ignoring_case(text.substr(0, start.size()), start);
}

bool has_parent_step(std::string_view path) {
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find_first_of("/\\", begin), path.size());
    if (path.substr(begin, end - begin) == "..") return true;
    begin = end + 1;
  }
  return false;
}

std::size_t distance(std::string_view a, std::string_view b) {
  constexpr std::size_t kLongestWord = 40, kFar = 1'000'000;
  if (a.size() > kLongestWord || b.size() > kLongestWord) return kFar;
  using Row = std::array<std::size_t, kLongestWord + 1>;
  Row before{}, previous{}, current{};
  for (std::size_t j = 0; j <= b.size(); ++j) previous[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      current[j] = std::min({replace, previous[j] + 1, current[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) current[j] = std::min(current[j], before[j - 2] + 1);
    }
    before = previous;
    previous = current;
  }
  return previous[b.size()];
}

std::size_t allowed_distance(std::string_view word) { return std::max<std::size_t>(1, word.size() / 3); }

std::string_view nearest(std::string_view word, std::span<const std::string_view> known) {
  const auto best = std::ranges::min_element(known, {}, [word](std::string_view candidate) { return distance(word, candidate); });
  return best != known.end() && distance(word, *best) <= allowed_distance(word) ? *best : std::string_view{};
}

std::vector<std::string_view> split(std::string_view text, char separator, std::size_t most) {
  std::vector<std::string_view> parts;
  for (auto end = text.find(separator); end != std::string_view::npos && parts.size() + 1 < most; end = text.find(separator)) {
    parts.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  parts.push_back(text);
  return parts;
}

std::vector<std::string_view> split_terminated(std::string_view text, char terminator) {
  std::vector<std::string_view> parts = split(text, terminator);
  if (parts.back().empty()) parts.pop_back();
  return parts;
}

}  // namespace facio
