// Routes of the settings area.
#include "commands/facio/runtime/restart_debt.hpp"
#include "commands/facio/runtime/runtime.hpp"
#include "commands/facio/settings/server/service.hpp"

namespace facio::settings {
namespace {

using serve::Call;
using serve::Reply;
using serve::Respond;
using serve::Runtime;

Result<Reply> get(Runtime& runtime, Call& call) { return serve::reply_of(runtime.settings.document(call.agent)); }

void set(Runtime& runtime, Call& call, Respond respond) {
  if (auto status = SettingsService::check(call.body); !status) return respond(fail(std::move(status.error())));
  serve::write<SettingsChange>(
      runtime, call,
      [&runtime, &call](store::Transaction& transaction) { return runtime.settings.change(transaction, call.agent, call.body); },
      [&runtime, &call, respond = std::move(respond)](Result<SettingsChange> change) mutable {
        if (!change) return respond(fail(std::move(change.error())));
        runtime.settings.publish(call.agent, *change);
        for (const std::string& name : change->waiting()) runtime.debt.add("setting " + name);
        respond(Reply{.body = change->document()});
      });
}

constexpr serve::Route kRoutes[] = {
    {.id = "settings.get", .read = get},
    {.id = "settings.set", .async = set},
};

}  // namespace

std::span<const serve::Route> routes() { return kRoutes; }

}  // namespace facio::settings
