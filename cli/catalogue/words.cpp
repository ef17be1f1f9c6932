// Ids are bisected; synonyms are read when the words are no id.
#include "cli/catalogue/words.hpp"

#include <array>

namespace facio {
namespace {

struct GeneralVerb {
  std::string_view typed, meant;
};
constexpr GeneralVerb kGeneralVerbs[] = {
    {"ls", "list"},       {"show", "get"},    {"view", "get"},   {"rm", "delete"}, {"rm", "remove"},  {"delete", "remove"},
    {"remove", "delete"}, {"edit", "update"}, {"new", "create"}, {"new", "add"},   {"create", "add"}, {"add", "create"},
};

/// Catalogues whose words are looked through together.
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
  template <class Look>
  [[nodiscard]] const Endpoint* first_of(Look look) const noexcept {
    for (const Catalogue* one : catalogues_)
      if (one != nullptr)
        if (const Endpoint* found = look(*one)) return found;
    return nullptr;
  }
  [[nodiscard]] const Endpoint* find_id(std::string_view area, std::string_view verb) const noexcept {
    return first_of([&](const Catalogue& one) { return one.find(area, verb); });
  }
  [[nodiscard]] const Endpoint* find_synonym(std::string_view area, std::string_view verb) const noexcept {
    return first_of([&](const Catalogue& one) { return one.find_synonym(area, verb); });
  }
  [[nodiscard]] const Endpoint* find_two_words(std::string_view area, std::string_view verb) const noexcept {
    if (const Endpoint* found = find_id(area, verb)) return found;
    if (const Endpoint* found = find_synonym(area, verb)) return found;
    for (const GeneralVerb& general : kGeneralVerbs)
      if (general.typed == verb)
        if (const Endpoint* found = find_id(area, general.meant)) return found;
    return nullptr;
  }
  /// The area that a word names, also without its final s.
  [[nodiscard]] std::string_view area_named(std::string_view word) const noexcept {
    for (const Catalogue* one : catalogues_) {
      if (one == nullptr) continue;
      if (one->has_area(word)) return word;
      for (const Area& area : one->areas())
        if (area.name.size() == word.size() + 1 && area.name.back() == 's' && area.name.starts_with(word)) return area.name;
    }
    return {};
  }

  std::array<const Catalogue*, 2> catalogues_;
};

/// The better of two meanings: a command beats an area alone, more words beat fewer; else the first.
const Words& better(const Words& one, const Words& other) noexcept {
  const auto rank = [](const Words& words) { return words.endpoint != nullptr ? 1 + words.used : words.area.empty() ? 0 : 1; };
  return rank(other) > rank(one) ? other : one;
}

}  // namespace

Words find_command(std::string_view first, std::string_view second, std::string_view third, const System* here) noexcept {
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

std::vector<const Catalogue*> unprefixed_catalogues(const System* here) {
  std::vector<const Catalogue*> all{&default_system().catalogue(), &local_commands()};
  if (here == nullptr || here == &default_system()) return all;
  if (here->forward != nullptr) all.push_back(&here->catalogue());
  else all = {&here->catalogue(), &local_commands()};
  return all;
}

}  // namespace facio
