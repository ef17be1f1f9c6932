// Brings a system's declarations into the packed form.
#pragma once

#include <span>
#include <string>

#include "cli/catalogue/catalogue.hpp"

namespace facio {

/// The bytes that PackedCatalogue reads. `endpoints` in order of declaration, their ids all different.
std::string pack(std::span<const Endpoint> endpoints, std::span<const Area> areas);

}  // namespace facio
