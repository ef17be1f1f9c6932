// Routes of the providers area.
#include <span>

#include "commands/facio/providers/server/service.hpp"
#include "commands/facio/runtime/runtime.hpp"

namespace facio::providers {
namespace {

using serve::Call;
using serve::Reply;
using serve::Respond;
using serve::Runtime;

std::string_view name_of(const Call& call) { return call.arguments.text("name"); }

Result<Reply> list(Runtime& runtime, Call& call) { return serve::reply_of(runtime.providers.list(call.agent)); }

void create(Runtime& runtime, Call& call, Respond respond) {
  serve::write_and_reply<Provider>(
      runtime, call, [&runtime, &call](store::Transaction& tx) { return runtime.providers.create(tx, call.agent, call.body); },
      std::move(respond));
}

void set(Runtime& runtime, Call& call, Respond respond) {
  serve::write_and_reply<Provider>(
      runtime, call, [&runtime, &call](store::Transaction& tx) { return runtime.providers.set(tx, call.agent, name_of(call), call.body); },
      std::move(respond));
}

void clear(Runtime& runtime, Call& call, Respond respond) {
  serve::write_and_reply<Provider>(
      runtime, call, [&runtime, &call](store::Transaction& tx) { return runtime.providers.clear(tx, call.agent, name_of(call)); },
      std::move(respond));
}

void login(Runtime& runtime, Call& call, Respond respond) {
  serve::change_from_pool(runtime, call, std::move(respond), [&runtime, &call]() -> Result<serve::Changed> {
    auto started = runtime.providers.start_login(call.agent, name_of(call));
    if (!started) return fail(std::move(started.error()));
    return serve::Changed{.reply = serve::reply_with(*started), .events = {}};
  });
}

Result<Reply> poll(Runtime& runtime, Call& call) {
  return serve::reply_of(runtime.providers.login_state(call.agent, name_of(call), call.arguments.text("session_id")));
}

constexpr serve::Route kRoutes[] = {
    {.id = "providers.list", .read = list},     {.id = "providers.create", .async = create}, {.id = "providers.set", .async = set},
    {.id = "providers.delete", .async = clear}, {.id = "providers.login", .async = login},   {.id = "providers.poll", .read = poll},
};

}  // namespace

std::span<const serve::Route> routes() { return kRoutes; }

}  // namespace facio::providers
