// What words mean. Ids are bisected; synonyms are read when the words are no id.
#include "cli/catalogue/catalogue.hpp"

namespace facio {
namespace {

struct GeneralVerb {
  std::string_view typed, meant;
};
constexpr GeneralVerb kGeneralVerbs[] = {
    {"ls", "list"},       {"show", "get"},    {"view", "get"},   {"rm", "delete"}, {"rm", "remove"},  {"delete", "remove"},
    {"remove", "delete"}, {"edit", "update"}, {"new", "create"}, {"new", "add"},   {"create", "add"}, {"add", "create"},
};

const Endpoint* find_two_words(std::string_view area, std::string_view verb) noexcept {
  if (const Endpoint* found = catalogue().find(area, verb)) return found;
  if (const Endpoint* found = catalogue().find_synonym(area, verb)) return found;
  for (const GeneralVerb& general : kGeneralVerbs)
    if (general.typed == verb)
      if (const Endpoint* found = catalogue().find(area, general.meant)) return found;
  return nullptr;
}

/// The area that a word names, also without its final s.
std::string_view area_named(std::string_view word) noexcept {
  if (word.empty()) return {};
  for (const Area& area : catalogue().areas()) {
    if (area.name == word) return area.name;
    if (area.name.size() == word.size() + 1 && area.name.back() == 's' && area.name.starts_with(word)) return area.name;
  }
  return {};
}

}  // namespace

Words find_command(std::string_view first, std::string_view second) noexcept {
  if (first.empty() || first.find('.') != std::string_view::npos) return {};
  const std::string_view area = area_named(first);
  if (!second.empty() && second.find('.') == std::string_view::npos)
    if (const Endpoint* found = find_two_words(area.empty() ? first : area, second)) return {found, 2, area};
  // `version` alone is a command of its own, not the area versions.
  if (const Endpoint* found = catalogue().find(first, {})) return {found, 1, area == first ? area : std::string_view{}};
  if (const Endpoint* found = catalogue().find_synonym(first, {})) return {found, 1, area};
  return {nullptr, area.empty() ? 0 : 1, area};
}

}  // namespace facio
