// Parameters that several commands have, and those that one has beside them, as one list.
#pragma once

#include <algorithm>
#include <array>

#include "cli/catalogue/endpoint.hpp"

namespace facio {

constexpr const Param* first_param(const Param& first) { return &first; }
constexpr const Param* first_param(const Param* first) { return first; }
template <class Part>
inline constexpr std::size_t kParamsIn = 1;
template <std::size_t size>
inline constexpr std::size_t kParamsIn<Param[size]> = size;

/// Parameters and lists of them, in this order.
template <class... Parts>
consteval std::array<Param, (kParamsIn<Parts> + ...)> joined_params(const Parts&... parts) {
  std::array<Param, (kParamsIn<Parts> + ...)> all{};
  Param* next = all.data();
  ((next = std::copy_n(first_param(parts), kParamsIn<Parts>, next)), ...);
  return all;
}

}  // namespace facio
