// Joins what the areas of one system declare into one table, sorted by id, while compiling.
#pragma once

#include <algorithm>
#include <array>

#include "cli/catalogue/system.hpp"
#include "commands/catalogue_checks.hpp"

namespace facio {

/// The endpoints of all areas in order of declaration, as those of this system, whose lists have such pages.
template <std::size_t... N>
consteval auto joined(std::string_view system, const Paging& paging, const Endpoint (&... areas)[N]) {
  std::array<Endpoint, (N + ...)> all{};
  std::size_t next = 0;
  ((std::ranges::copy(areas, all.begin() + static_cast<std::ptrdiff_t>(next)), next += N), ...);
  for (Endpoint& endpoint : all) {
    endpoint.system = system;
    const auto asks = [&endpoint](std::string_view name) {
      return std::ranges::any_of(endpoint.params, [name](const Param& p) { return p.place == Place::query && p.field.name == name; });
    };
    endpoint.paged = endpoint.method == Method::get && asks(paging.position) && (paging.size.empty() || asks(paging.size));
  }
  return all;
}

template <std::size_t N>
consteval auto sorted(std::array<Endpoint, N> declared) {
  std::ranges::sort(declared, {}, &Endpoint::id);
  return declared;
}

/// Where in `sorted` each of `declared` is.
template <std::size_t N>
consteval auto order_of(const std::array<Endpoint, N>& declared, const std::array<Endpoint, N>& sorted) {
  std::array<std::uint16_t, N> positions{};
  for (std::size_t i = 0; i < N; ++i)
    positions[i] = static_cast<std::uint16_t>(std::ranges::lower_bound(sorted, declared[i].id, {}, &Endpoint::id) - sorted.begin());
  return positions;
}

/// Checks a table while compiling, and makes a catalogue of it.
#define FACIO_CATALOGUE(function, declared, areas)            \
  static constexpr auto kSorted = sorted(declared);           \
  static constexpr auto kOrder = order_of(declared, kSorted); \
  const Catalogue& function() noexcept {                      \
    static constexpr Catalogue kAll(kSorted, kOrder, areas);  \
    return kAll;                                              \
  }                                                           \
  static_assert(sizeof(checks::All<kSorted, areas>) != 0, "a check of commands/catalogue_checks.hpp failed");

}  // namespace facio
