// Which endpoint a request that was written by hand is for.
#pragma once

#include "cli/catalogue/catalogue.hpp"

namespace facio {

/// The endpoint whose path, with its parameters, takes this one ("/api/v1/cron/x"; what follows a ? is left out); that with the fewest
/// parameters when there are several. HEAD is taken for GET. nullptr when none is declared.
const Endpoint* declared_route(const Catalogue& catalogue, std::string_view method, std::string_view target);

}  // namespace facio
