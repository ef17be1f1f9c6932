// Routes of the cron area. A change of a job is durable, then announced, then answered.
#include "commands/facio/cron/server/service.hpp"
#include "commands/serve/http/route.hpp"

namespace facio::cron {
using namespace serve;

constexpr RouteOf<CronService> kRoutes[] = {
    {"cron.list", read_of<&CronService::list>},
    {"cron.get", read_of<&CronService::get, "id">},
    {"cron.create", write_of<&CronService::create>.then<&CronService::announce>},
    {"cron.update", write_of<&CronService::update, "id">.then<&CronService::announce>},
    {"cron.delete", write_of<&CronService::remove, "id">.then<&CronService::announce_removed, "id">},
    {"cron.run-now", write_of<&CronService::run_now, "id">.then<&CronService::announce_run>},
    {"cron.pause", write_of<&CronService::pause, "id">.then<&CronService::announce>},
    {"cron.resume", write_of<&CronService::resume, "id">.then<&CronService::announce>},
};

std::span<const RouteOf<CronService>> routes() { return kRoutes; }

}  // namespace facio::cron
