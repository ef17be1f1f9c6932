// Routes of the providers area.
#include "commands/facio/providers/server/service.hpp"
#include "commands/serve/http/route.hpp"

namespace facio::providers {
using namespace serve;

constexpr RouteOf<ProvidersService> kRoutes[] = {
    {"providers.list", read_of<&ProvidersService::list>},
    {"providers.create", write_of<&ProvidersService::create>},
    {"providers.set", write_of<&ProvidersService::set, "name">},
    {"providers.delete", write_of<&ProvidersService::clear, "name">},
    {"providers.login", change_of<&ProvidersService::start_login, "name">},
    {"providers.poll", read_of<&ProvidersService::login_state, "name", "session_id">},
};

std::span<const RouteOf<ProvidersService>> routes() { return kRoutes; }

}  // namespace facio::providers
