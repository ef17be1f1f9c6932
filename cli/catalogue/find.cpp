// Look-up by id and by words. Bisection only; synonyms are read when the words are no id.
#include <algorithm>

#include "cli/catalogue/catalogue.hpp"

namespace facio {
namespace {

/// Compares an id with "first.second" without building it.
int compare_id(std::string_view id, std::string_view first, std::string_view second) noexcept {
  const std::string_view head = id.substr(0, first.size());
  if (const int order = head.compare(first); order != 0) return order;
  id.remove_prefix(head.size());
  if (second.empty()) return id.empty() ? 0 : 1;
  if (id.empty()) return -1;
  if (id.front() != '.') return id.front() < '.' ? -1 : 1;
  return id.substr(1).compare(second);
}

const Endpoint* find_id(std::string_view first, std::string_view second) noexcept {
  const auto all = catalogue();
  const auto found = std::partition_point(all.begin(), all.end(), [&](const Endpoint& e) { return compare_id(e.id, first, second) < 0; });
  return found != all.end() && compare_id(found->id, first, second) == 0 ? &*found : nullptr;
}

/// Whether a declared synonym is "first second", or just "first" when `second` is empty.
bool is_synonym(std::string_view synonym, std::string_view first, std::string_view second) noexcept {
  if (!synonym.starts_with(first)) return false;
  synonym.remove_prefix(first.size());
  if (second.empty()) return synonym.empty();
  return !synonym.empty() && synonym.front() == ' ' && synonym.substr(1) == second;
}

const Endpoint* find_synonym(std::string_view first, std::string_view second) noexcept {
  for (const Endpoint& endpoint : catalogue())
    for (const std::string_view synonym : endpoint.synonyms)
      if (is_synonym(synonym, first, second)) return &endpoint;
  return nullptr;
}

struct GeneralVerb {
  std::string_view typed, meant;
};
constexpr GeneralVerb kGeneralVerbs[] = {
    {"ls", "list"},       {"show", "get"},    {"view", "get"},   {"rm", "delete"}, {"rm", "remove"},  {"delete", "remove"},
    {"remove", "delete"}, {"edit", "update"}, {"new", "create"}, {"new", "add"},   {"create", "add"}, {"add", "create"},
};

const Endpoint* find_two_words(std::string_view area, std::string_view verb) noexcept {
  if (const Endpoint* found = find_id(area, verb)) return found;
  if (const Endpoint* found = find_synonym(area, verb)) return found;
  for (const GeneralVerb& general : kGeneralVerbs)
    if (general.typed == verb)
      if (const Endpoint* found = find_id(area, general.meant)) return found;
  return nullptr;
}

/// The area that a word names, also without its final s.
std::string_view area_named(std::string_view word) noexcept {
  if (word.empty()) return {};
  for (const Area& area : areas()) {
    if (area.name == word) return area.name;
    if (area.name.size() == word.size() + 1 && area.name.back() == 's' && area.name.starts_with(word)) return area.name;
  }
  return {};
}

}  // namespace

const Endpoint* find_endpoint(std::string_view id) noexcept {
  const auto dot = id.find('.');
  if (dot == std::string_view::npos) return find_id(id, {});
  return find_id(id.substr(0, dot), id.substr(dot + 1));
}

Words find_command(std::string_view first, std::string_view second) noexcept {
  if (first.empty() || first.find('.') != std::string_view::npos) return {};
  const std::string_view area = area_named(first);
  if (!second.empty() && second.find('.') == std::string_view::npos)
    if (const Endpoint* found = find_two_words(area.empty() ? first : area, second)) return {found, 2, area};
  // `version` alone is a command of its own, not the area versions.
  if (const Endpoint* found = find_id(first, {})) return {found, 1, area == first ? area : std::string_view{}};
  if (const Endpoint* found = find_synonym(first, {})) return {found, 1, area};
  return {nullptr, area.empty() ? 0 : 1, area};
}

std::vector<const Endpoint*> endpoints_of(std::string_view area) {
  std::vector<const Endpoint*> found;
  const auto all = catalogue();
  for (const std::uint16_t position : declaration_order())
    if (all[position].area() == area) found.push_back(&all[position]);
  return found;
}

}  // namespace facio
