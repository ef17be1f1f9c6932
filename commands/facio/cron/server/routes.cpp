// Routes of the cron area.
#include "commands/facio/cron/server/service.hpp"
#include "commands/serve/http/route.hpp"

namespace facio::cron {
namespace {

using namespace serve;  // NOLINT(google-build-using-namespace): the words of a table of routes

/// A change of one job: durable, then announced, then answered.
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

}  // namespace

std::span<const serve::RouteOf<CronService>> routes() { return kRoutes; }

}  // namespace facio::cron
