#include "commands/routes.hpp"

#include <span>

namespace facio {

// One line for each area with a server half; the table itself stands in the area's routes.cpp.
namespace health {
std::span<const serve::Route> routes();
}
namespace settings {
std::span<const serve::Route> routes();
}
namespace cron {
std::span<const serve::Route> routes();
}
namespace audit {
std::span<const serve::Route> routes();
}

namespace serve {

std::vector<Route> all_routes() {
  std::vector<Route> all;
  for (const auto area : {health::routes(), settings::routes(), cron::routes(), audit::routes()})
    all.insert(all.end(), area.begin(), area.end());
  return all;
}

}  // namespace serve
}  // namespace facio
