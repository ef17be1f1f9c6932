// Routes of the settings area.
#include "commands/facio/settings/server/service.hpp"
#include "commands/serve/http/route.hpp"

namespace facio::settings {
namespace {

using namespace serve;

Result<SettingsChange> change(SettingsService& settings, const Call& call, store::Transaction& tx) {
  if (auto status = SettingsService::check(call.body); !status) return fail(std::move(status.error()));
  return settings.change(tx, call.agent, call.body);
}

constexpr RouteOf<SettingsService> kRoutes[] = {
    {"settings.get", read_of<&SettingsService::document>},
    {"settings.set", write_of<change>.then<&SettingsService::announce>},
};

}  // namespace

std::span<const RouteOf<SettingsService>> routes() { return kRoutes; }

}  // namespace facio::settings
