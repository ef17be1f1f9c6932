// The nearest known words to a misspelt one.
#include <algorithm>

#include "cli/catalogue/nearest.hpp"
#include "cli/catalogue/words.hpp"

namespace facio {
namespace {

struct Candidate {
  std::string text;
  std::size_t distance;
};

class Candidates {
 public:
  /// Offers `text` when `known` is near `typed`, or begins with it.
  void offer(std::string_view typed, std::string_view known, std::string text) {
    std::size_t d = distance(typed, known);
    if (d > allowed_distance(typed) && typed.size() >= 2 && known.starts_with(typed)) d = allowed_distance(typed);
    if (d > allowed_distance(typed)) return;
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

std::string words_of(std::string_view id) {
  std::string words(id);
  std::ranges::replace(words, '.', ' ');
  return words;
}

/// "cron", "third things": what is typed for an area.
std::string words_of_area(const Catalogue& catalogue, std::string_view area) {
  return (catalogue.prefixed() ? std::string(catalogue.system()) + " " : std::string()).append(area);
}

void offer_verbs(Candidates& candidates, const Catalogue& catalogue, std::string_view area, std::string_view verb) {
  for (const Endpoint* endpoint : catalogue.of_area(area)) {
    candidates.offer(verb, endpoint->verb(), words_of(endpoint->id));
    for (const std::string_view synonym : endpoint->synonyms)
      if (const auto blank = synonym.find(' '); blank != std::string_view::npos)
        candidates.offer(verb, synonym.substr(blank + 1), words_of(endpoint->id));
  }
}

void offer_first_words(Candidates& candidates, const Catalogue& catalogue, std::string_view first, std::string_view second) {
  for (const Area& known : catalogue.areas()) {
    const Words words = catalogue.prefixed() ? find_command(catalogue.system(), known.name, second) : find_command(known.name, second);
    const bool whole = words.endpoint != nullptr && words.used == (catalogue.prefixed() ? 3 : 2);
    candidates.offer(first, known.name, whole ? words_of(words.endpoint->id) : words_of_area(catalogue, known.name));
  }
  for (std::size_t at = 0; at < catalogue.size(); ++at) {
    const std::string_view own = catalogue.own_id_at(at);
    const auto dot = own.find('.');
    if (dot == std::string_view::npos) candidates.offer(first, own, words_of(catalogue.id_at(at)));
    else if (own.substr(dot + 1) == first) candidates.offer(first, first, words_of(catalogue.id_at(at)));
  }
}

}  // namespace

std::vector<std::string> suggest_command(std::string_view first, std::string_view second, std::string_view third, const System* here) {
  Candidates candidates;
  const Words words = find_command(first, second, third, here);
  std::vector<const Catalogue*> scope = unprefixed_catalogues(here);
  if (words.prefixed) {
    scope = {&words.system->catalogue()};
    first = second;
    second = third;
  }
  for (const Catalogue* catalogue : scope) {
    if (words.area.empty()) offer_first_words(candidates, *catalogue, first, second);
    else if (catalogue->has_area(words.area)) offer_verbs(candidates, *catalogue, words.area, second);
  }
  if (!words.prefixed && words.area.empty())
    for (const System* system : systems()) candidates.offer(first, system->name, std::string(system->name));
  return candidates.best();
}

}  // namespace facio
