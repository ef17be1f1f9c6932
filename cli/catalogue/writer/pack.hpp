// Writes a system's declarations in the packed form, and checks the result.
#pragma once

#include "cli/catalogue/catalogue.hpp"

namespace facio {

/// The bytes that a Catalogue reads. `endpoints` are in the order of declaration, with different ids.
std::string pack(std::span<const Endpoint> endpoints, std::span<const Area> areas);

/// The id of the first endpoint that differs from its declaration in any member, those of its shapes included; empty when none does.
std::string_view find_difference(std::span<const Endpoint> declared, const Catalogue& packed);

}  // namespace facio
