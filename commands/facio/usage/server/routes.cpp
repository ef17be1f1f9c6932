// Routes of the usage area.
#include "commands/facio/usage/server/service.hpp"
#include "commands/serve/http/route.hpp"

namespace facio::usage {
namespace {

using namespace serve;

std::optional<std::string> filter(const Call& call, std::string_view name) {
  const auto value = call.arguments.find(name);
  return value ? std::optional<std::string>(*value) : std::nullopt;
}

Result<std::string> report(UsageService& usage, const Call& call) {
  return usage.report(call.agent, {.from = std::string(call.arguments.text("from")),
                                   .to = std::string(call.arguments.text("to")),
                                   .group_by = call.arguments.all("groupBy"),
                                   .model = filter(call, "model"),
                                   .origin = filter(call, "origin"),
                                   .channel = filter(call, "channel")});
}

constexpr RouteOf<UsageService> kRoutes[] = {
    {"usage.get", pool_read_of<report>},
    {"usage.run", read_of<&UsageService::run, "runId">},
};

}  // namespace

std::span<const RouteOf<UsageService>> routes() { return kRoutes; }

}  // namespace facio::usage
