// Routes of the settings area.
#include "commands/facio/settings/server/service.hpp"
#include "commands/serve/http/route.hpp"

namespace facio::settings {
using namespace serve;

constexpr RouteOf<SettingsService> kRoutes[] = {
    {"settings.get", read_of<&SettingsService::document>},
    {"settings.set", write_of<&SettingsService::change>.then<&SettingsService::announce>},
};

std::span<const RouteOf<SettingsService>> routes() { return kRoutes; }

}  // namespace facio::settings
