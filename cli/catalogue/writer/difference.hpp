// Whether records that came out of the packed form are those that went in.
#pragma once

#include <span>
#include <string>

#include "cli/catalogue/catalogue.hpp"

namespace facio {

/// The id of the first endpoint of which any member, of its shapes too, is not as declared; empty when all are.
std::string_view find_difference(std::span<const Endpoint> declared, const Catalogue& packed);

}  // namespace facio
