// The commands of this program that are no endpoint of anything.
#pragma once

#include "cli/catalogue/catalogue.hpp"

namespace facio {

const Catalogue& local_catalogue() noexcept;

}  // namespace facio
