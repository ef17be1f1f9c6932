// The nearest known words to a misspelt one.
#include <algorithm>
#include <array>

#include "cli/catalogue/catalogue.hpp"

namespace facio {
namespace {

constexpr std::size_t kLongestWord = 40;
constexpr std::size_t kFar = 1'000'000;

/// Optimal string alignment: insertions, deletions, replacements and swaps of neighbours each cost one.
std::size_t distance(std::string_view a, std::string_view b) {
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

std::size_t allowed(std::string_view word) { return std::max<std::size_t>(1, word.size() / 3); }

struct Candidate {
  std::string text;
  std::size_t distance;
};

class Candidates {
 public:
  /// Offers `text` when `known` is near `typed`, or begins with it.
  void offer(std::string_view typed, std::string_view known, std::string text) {
    std::size_t d = distance(typed, known);
    if (d > allowed(typed) && typed.size() >= 2 && known.starts_with(typed)) d = allowed(typed);
    if (d > allowed(typed)) return;
    const auto same = std::ranges::find(found_, text, &Candidate::text);
    if (same == found_.end()) found_.push_back({std::move(text), d});
    else same->distance = std::min(same->distance, d);
  }
  std::vector<std::string> best() {
    std::ranges::stable_sort(found_, {}, &Candidate::distance);
    std::vector<std::string> texts;
    for (Candidate& candidate : found_)
      if (texts.size() < 3) texts.push_back(std::move(candidate.text));
    return texts;
  }

 private:
  std::vector<Candidate> found_;
};

std::string words_of(const Endpoint& endpoint) {
  std::string words(endpoint.area());
  if (!endpoint.verb().empty()) words.append(" ").append(endpoint.verb());
  return words;
}

void offer_verbs(Candidates& candidates, std::string_view area, std::string_view verb) {
  for (const Endpoint* endpoint : catalogue().of_area(area)) {
    candidates.offer(verb, endpoint->verb(), words_of(*endpoint));
    for (const std::string_view synonym : endpoint->synonyms)
      if (const auto blank = synonym.find(' '); blank != std::string_view::npos)
        candidates.offer(verb, synonym.substr(blank + 1), words_of(*endpoint));
  }
}

}  // namespace

std::vector<std::string> suggest_command(std::string_view first, std::string_view second) {
  Candidates candidates;
  const std::string_view area = find_command(first, {}).area;
  if (!area.empty()) {
    offer_verbs(candidates, area, second);
    return candidates.best();
  }
  for (const Area& known : catalogue().areas()) {
    const Words words = find_command(known.name, second);
    candidates.offer(first, known.name, words.used == 2 ? words_of(*words.endpoint) : std::string(known.name));
  }
  for (std::size_t at = 0; at < catalogue().size(); ++at) {
    const std::string_view id = catalogue().id_at(at);
    const auto dot = id.find('.');
    if (dot == std::string_view::npos) candidates.offer(first, id, std::string(id));
    else if (id.substr(dot + 1) == first) candidates.offer(first, first, words_of(catalogue().at(at)));
  }
  return candidates.best();
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> known) {
  std::string_view best;
  std::size_t least = allowed(word) + 1;
  for (const std::string_view candidate : known) {
    const std::size_t d = distance(word, candidate);
    if (d < least) {
      least = d;
      best = candidate;
    }
  }
  return best;
}

}  // namespace facio
