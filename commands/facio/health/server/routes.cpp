// Routes of the health area.
#include "commands/facio/health/server/service.hpp"
#include "commands/serve/http/route.hpp"

namespace facio::health {
using namespace serve;

constexpr RouteOf<HealthService> kRoutes[] = {
    {"health.get", read_of<&HealthService::get>},
    {"health.live", read_of<&HealthService::live>},
};

std::span<const RouteOf<HealthService>> routes() { return kRoutes; }

}  // namespace facio::health
