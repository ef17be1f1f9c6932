#include "cli/catalogue/words.hpp"

#include <algorithm>
#include <array>

#include "cli/catalogue/other_words.hpp"
#include "cli/core/text.hpp"

namespace facio {
namespace {

/// Verbs that may be typed for others; the first that the area has is meant.
constexpr std::pair<std::string_view, std::string_view> kGeneralVerbs[] = {
    {"ls", "list"},       {"show", "get"},      {"view", "get"},        {"get", "show"},      {"describe", "get"},    {"describe", "show"},
    {"view", "show"},     {"inspect", "get"},   {"inspect", "show"},    {"rm", "delete"},     {"rm", "remove"},       {"delete", "remove"},
    {"remove", "delete"}, {"del", "delete"},    {"del", "remove"},      {"edit", "update"},   {"new", "create"},      {"new", "add"},
    {"create", "add"},    {"add", "create"},    {"enable", "resume"},   {"disable", "pause"}, {"suspend", "pause"},   {"unpause", "resume"},
    {"resume", "enable"}, {"pause", "disable"}, {"trigger", "run-now"}, {"start", "run-now"}, {"history", "history"},
};

/// Whether the word may stand before an area. Any other is a misspelt command.
bool is_general_verb(std::string_view word) {
  return std::ranges::any_of(kGeneralVerbs, [&](const auto& pair) { return pair.first == word || pair.second == word; });
}

/// Catalogues that are searched together.
class Scope {
 public:
  explicit Scope(const Catalogue& only) : catalogues_{&only, nullptr} {}
  Scope(const Catalogue& one, const Catalogue& other) : catalogues_{&one, &other} {}

  [[nodiscard]] Words find(std::string_view first, std::string_view second) const noexcept {
    if (first.empty() || first.find('.') != std::string_view::npos) return {};
    const std::string_view area = area_named(first);
    if (!second.empty() && second.find('.') == std::string_view::npos)
      if (const Endpoint* found = find_two_words(area.empty() ? first : area, second)) return {found, 2, area};
    // `version` alone is a command of its own, not the area versions.
    if (const Endpoint* found = find_id(first, {})) return {found, 1, area == first ? area : std::string_view{}};
    if (const Endpoint* found = find_synonym(first, {})) return {found, 1, area};
    return {nullptr, area.empty() ? 0 : 1, area};
  }

 private:
  using Find = const Endpoint* (Catalogue::*)(std::string_view, std::string_view) const noexcept;
  [[nodiscard]] const Endpoint* find_by(Find look_up, std::string_view area, std::string_view verb) const noexcept {
    for (const Catalogue* one : catalogues_)
      if (const Endpoint* found = one == nullptr ? nullptr : (one->*look_up)(area, verb)) return found;
    return nullptr;
  }
  [[nodiscard]] const Endpoint* find_id(std::string_view area, std::string_view verb) const noexcept {
    return find_by(&Catalogue::find, area, verb);
  }
  [[nodiscard]] const Endpoint* find_synonym(std::string_view area, std::string_view verb) const noexcept {
    return find_by(&Catalogue::find_synonym, area, verb);
  }
  [[nodiscard]] const Endpoint* find_two_words(std::string_view area, std::string_view verb) const noexcept {
    if (const Endpoint* found = find_id(area, verb)) return found;
    if (const Endpoint* found = find_synonym(area, verb)) return found;
    for (const auto& [typed, meant] : kGeneralVerbs)
      if (typed == verb)
        if (const Endpoint* found = find_id(area, meant)) return found;
    return nullptr;
  }
  static bool is_plural(std::string_view word, std::string_view singular) noexcept {
    return word.size() == singular.size() + 1 && word.back() == 's' && word.starts_with(singular);
  }
  /// The area that a word names, possibly without its final s, or with one.
  [[nodiscard]] std::string_view area_named(std::string_view word) const noexcept {
    for (const Catalogue* one : catalogues_) {
      if (one == nullptr) continue;
      if (one->has_area(word)) return word;
      for (const Area& area : one->areas())
        if (is_plural(area.name, word) || is_plural(word, area.name)) return area.name;
    }
    return {};
  }

  std::array<const Catalogue*, 2> catalogues_;
};

/// The better of two results: a command beats an area alone, more words beat fewer; else the first.
const Words& better(const Words& one, const Words& other) noexcept {
  const auto rank = [](const Words& words) { return words.endpoint != nullptr ? 1 + words.used : words.area.empty() ? 0 : 1; };
  return rank(other) > rank(one) ? other : one;
}

struct Candidate {
  std::string text;
  std::size_t distance;
};

class Candidates {
 public:
  /// Adds `text` when `known` is near `typed`, or begins with it.
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

/// "cron", "third things": what is typed for an area.
std::string words_of_area(const Catalogue& catalogue, std::string_view area) {
  return (catalogue.prefixed() ? std::string(catalogue.system()) + " " : std::string()).append(area);
}

void offer_verbs(Candidates& candidates, const Catalogue& catalogue, std::string_view area, std::string_view verb) {
  for (const Endpoint* endpoint : catalogue.of_area(area)) {
    candidates.offer(verb, endpoint->verb(), command_words(endpoint->id));
    for (const std::string_view synonym : endpoint->synonyms)
      if (const auto blank = synonym.find(' '); blank != std::string_view::npos)
        candidates.offer(verb, synonym.substr(blank + 1), command_words(endpoint->id));
  }
}

void offer_first_words(Candidates& candidates, const Catalogue& catalogue, std::string_view first, std::string_view second) {
  for (const Area& known : catalogue.areas()) {
    const Words words = catalogue.prefixed() ? find_command(catalogue.system(), known.name, second) : find_command(known.name, second);
    const bool whole = words.endpoint != nullptr && words.used == (catalogue.prefixed() ? 3 : 2);
    candidates.offer(first, known.name, whole ? command_words(words.endpoint->id) : words_of_area(catalogue, known.name));
  }
  for (std::size_t at = 0; at < catalogue.size(); ++at) {
    const std::string_view own = catalogue.own_id_at(at);
    const auto dot = own.find('.');
    if (dot == std::string_view::npos) candidates.offer(first, own, command_words(catalogue.id_at(at)));
    else if (own.substr(dot + 1) == first) candidates.offer(first, first, command_words(catalogue.id_at(at)));
  }
}

/// What the words mean in the order AREA VERB.
Words find_in_order(std::string_view first, std::string_view second, std::string_view third, const System* here) noexcept {
  if (const System* named = find_system(first)) {
    Words words = Scope(named->catalogue()).find(second, third);
    ++words.used;
    words.system = named;
    words.prefixed = true;
    return words;
  }
  Words usual = Scope(default_system().catalogue(), local_commands()).find(first, second);
  if (usual.endpoint != nullptr) usual.system = system_of(*usual.endpoint);
  else if (!usual.area.empty() && default_system().catalogue().has_area(usual.area)) usual.system = &default_system();
  if (here == nullptr || here == &default_system()) return usual;
  Words own = Scope(here->catalogue()).find(first, second);
  own.system = here;
  return here->forward != nullptr ? better(usual, own) : better(own, usual);
}

/// "get cron NAME" and "get cron/NAME", as kubectl has it.
Words find_verb_first(std::string_view verb, std::string_view what, std::string_view name, const System* here) noexcept {
  const auto slash = what.find('/');
  const bool named = slash != std::string_view::npos;
  if (what.empty() || !is_general_verb(verb)) return {};
  if (verb == "get" && !named && name.empty()) verb = "list";
  Words words = find_in_order(what.substr(0, slash), verb, {}, here);
  // Not an area that is a command by itself, as in `delete audit`.
  if (words.endpoint == nullptr || words.used != 2) return {};
  words.verb_first = true;
  if (named) words.used = 1;
  return words;
}

}  // namespace

Words find_command(std::string_view first, std::string_view second, std::string_view third, const System* here) noexcept {
  const Words words = find_in_order(first, second, third, here);
  if (words.used > 0) return words;
  const Words swapped = find_verb_first(first, second, third, here);
  return swapped.endpoint != nullptr ? swapped : words;
}

std::vector<const Catalogue*> unprefixed_catalogues(const System* here) {
  std::vector<const Catalogue*> all{&default_system().catalogue(), &local_commands()};
  if (here == nullptr || here == &default_system()) return all;
  if (here->forward != nullptr) all.push_back(&here->catalogue());
  else all = {&here->catalogue(), &local_commands()};
  return all;
}

std::string_view meaning_of_other_words(std::string_view first, std::string_view second) noexcept {
  for (std::string_view rest = kOtherWords; !rest.empty();) {
    std::string_view ours = split_off(rest, '\n'), typed = split_off(ours, '=');
    if (split_off(typed, ' ') == first && (typed.empty() || typed == second)) return ours;
  }
  return {};
}

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
