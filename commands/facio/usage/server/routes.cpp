// Routes of the usage area.
#include <span>

#include "commands/facio/runtime/runtime.hpp"
#include "commands/facio/usage/server/service.hpp"

namespace facio::usage {
namespace {

using serve::Call;
using serve::Reply;
using serve::Respond;
using serve::Runtime;

std::optional<std::string> filter(const Call& call, std::string_view name) {
  const auto value = call.arguments.find(name);
  return value ? std::optional<std::string>(*value) : std::nullopt;
}

void get(Runtime& runtime, Call& call, Respond respond) {
  serve::answer_from_pool(runtime, std::move(respond), [&runtime, &call]() -> Result<Reply> {
    return serve::reply_of(runtime.usage.report(call.agent, {.from = std::string(call.arguments.text("from")),
                                                             .to = std::string(call.arguments.text("to")),
                                                             .group_by = call.arguments.all("groupBy"),
                                                             .model = filter(call, "model"),
                                                             .origin = filter(call, "origin"),
                                                             .channel = filter(call, "channel")}));
  });
}

Result<Reply> run(Runtime& runtime, Call& call) { return serve::reply_of(runtime.usage.run(call.agent, call.arguments.text("runId"))); }

constexpr serve::Route kRoutes[] = {
    {.id = "usage.get", .async = get},
    {.id = "usage.run", .read = run},
};

}  // namespace

std::span<const serve::Route> routes() { return kRoutes; }

}  // namespace facio::usage
