// Look-up in one catalogue.
#include "cli/catalogue/catalogue.hpp"

#include <algorithm>

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

/// Whether a declared synonym is "first second", or just "first" when `second` is empty.
bool is_synonym(std::string_view synonym, std::string_view first, std::string_view second) noexcept {
  if (!synonym.starts_with(first)) return false;
  synonym.remove_prefix(first.size());
  if (second.empty()) return synonym.empty();
  return !synonym.empty() && synonym.front() == ' ' && synonym.substr(1) == second;
}

}  // namespace

const Endpoint* Catalogue::find(std::string_view first, std::string_view second) const noexcept {
  std::size_t low = 0;
  for (std::size_t high = size(); low < high;) {
    const std::size_t middle = low + (high - low) / 2;
    if (compare_id(own_id_at(middle), first, second) < 0) low = middle + 1;
    else high = middle;
  }
  return low < size() && compare_id(own_id_at(low), first, second) == 0 ? &at(low) : nullptr;
}

const Endpoint* Catalogue::find(std::string_view id) const noexcept {
  if (prefixed_) {
    if (!id.starts_with(system_) || id.size() <= system_.size() || id[system_.size()] != '.') return nullptr;
    id.remove_prefix(skipped());
  }
  const auto dot = id.find('.');
  if (dot == std::string_view::npos) return find(id, {});
  return find(id.substr(0, dot), id.substr(dot + 1));
}

bool Catalogue::has_area(std::string_view name) const noexcept { return std::ranges::find(areas_, name, &Area::name) != areas_.end(); }

const Endpoint* Catalogue::find_synonym(std::string_view first, std::string_view second) const noexcept {
  for (const Endpoint& endpoint : sorted_)
    for (const std::string_view synonym : endpoint.synonyms)
      if (is_synonym(synonym, first, second)) return &endpoint;
  return nullptr;
}

const Endpoint* Catalogue::find_route(Method method, std::string_view path) const noexcept {
  for (const Endpoint& endpoint : sorted_)
    if (endpoint.method == method && endpoint.path == path) return &endpoint;
  return nullptr;
}

std::vector<const Endpoint*> Catalogue::of_area(std::string_view area) const {
  std::vector<const Endpoint*> found;
  const bool one_word = area.empty() || (prefixed_ && area == system_);
  for (const std::uint16_t position : order_) {
    const std::string_view own = own_id_at(position);
    const auto dot = own.find('.');
    if (dot == std::string_view::npos ? one_word || own == area : own.substr(0, dot) == area) found.push_back(&at(position));
  }
  return found;
}

std::vector<const Endpoint*> Catalogue::all() const {
  std::vector<const Endpoint*> found;
  found.reserve(size());
  for (const std::uint16_t position : order_) found.push_back(&at(position));
  return found;
}

}  // namespace facio
