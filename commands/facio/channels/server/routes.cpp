// Routes of the channels area. A change is durable, then known to wait for a restart, then answered.
#include "commands/facio/channels/server/service.hpp"
#include "commands/serve/http/route.hpp"

namespace facio::channels {
using namespace serve;

constexpr RouteOf<ChannelsService> kRoutes[] = {
    {"channels.list", read_of<&ChannelsService::list>},
    {"channels.get", read_of<&ChannelsService::get, "name">},
    {"channels.set", write_of<&ChannelsService::put, "name">.then<&ChannelsService::changed, "name">},
    {"channels.delete", write_of<&ChannelsService::remove, "name">.then<&ChannelsService::changed, "name">},
};

std::span<const RouteOf<ChannelsService>> routes() { return kRoutes; }

}  // namespace facio::channels
