// Routes of the channels area.
#include <span>

#include "commands/facio/channels/server/service.hpp"
#include "commands/facio/runtime/runtime.hpp"

namespace facio::channels {
namespace {

using serve::Call;
using serve::Reply;
using serve::Respond;
using serve::Runtime;

std::string_view name_of(const Call& call) { return call.arguments.text("name"); }

Result<Reply> list(Runtime& runtime, Call& call) { return serve::reply_of(runtime.channels.list(call.agent)); }

Result<Reply> get(Runtime& runtime, Call& call) { return serve::reply_of(runtime.channels.get(call.agent, name_of(call))); }

/// A change of one channel: durable, then known to wait for a restart, then answered.
template <class T>
void change(Runtime& runtime, Call& call, Respond respond, Result<T> (*work)(ChannelsService&, store::Transaction&, const Call&)) {
  serve::write<T>(
      runtime, call, [&runtime, &call, work](store::Transaction& tx) { return work(runtime.channels, tx, call); },
      [&runtime, respond = std::move(respond)](Result<T> made) mutable {
        if (!made) return respond(fail(std::move(made.error())));
        runtime.channels.changed(made->name);
        respond(serve::reply_with(*made));
      });
}

void set(Runtime& runtime, Call& call, Respond respond) {
  change<ChannelSaved>(runtime, call, std::move(respond), [](ChannelsService& service, store::Transaction& tx, const Call& c) {
    return service.put(tx, c.agent, name_of(c), c.body);
  });
}

void remove(Runtime& runtime, Call& call, Respond respond) {
  change<ChannelDeleted>(runtime, call, std::move(respond), [](ChannelsService& service, store::Transaction& tx, const Call& c) {
    return service.remove(tx, c.agent, name_of(c));
  });
}

constexpr serve::Route kRoutes[] = {
    {.id = "channels.list", .read = list},
    {.id = "channels.get", .read = get},
    {.id = "channels.set", .async = set},
    {.id = "channels.delete", .async = remove},
};

}  // namespace

std::span<const serve::Route> routes() { return kRoutes; }

}  // namespace facio::channels
