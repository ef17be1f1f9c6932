// Routes of the credentials area.
#include <span>

#include "commands/facio/credentials/server/service.hpp"
#include "commands/facio/runtime/runtime.hpp"

namespace facio::credentials {
namespace {

using serve::Call;
using serve::Reply;
using serve::Respond;
using serve::Runtime;

std::string_view key_of(const Call& call) { return call.arguments.text("key"); }

template <class T>
Result<Reply> reply_or_fail(Result<T> found) {
  if (!found) return fail(std::move(found.error()));
  return serve::reply_with(*found);
}

/// A change of one secret: durable, then its deadline counts, then answered.
template <class Body>
void change(Runtime& runtime, Call& call, Respond respond,
            Result<Credential> (*work)(CredentialsService&, store::Transaction&, const Call&, const Body&)) {
  auto body = from_json<Body>(call.body);
  if (!body) return respond(fail(std::move(body.error())));
  serve::write<Credential>(
      runtime, call,
      [&runtime, &call, work, body = std::move(*body)](store::Transaction& tx) { return work(runtime.credentials, tx, call, body); },
      [&runtime, &call, respond = std::move(respond)](Result<Credential> made) mutable {
        if (!made) return respond(fail(std::move(made.error())));
        runtime.credentials.changed(call.agent, *made);
        respond(serve::reply_with(*made));
      });
}

Result<Reply> list(Runtime& runtime, Call& call) { return reply_or_fail(runtime.credentials.list(call.agent)); }

Result<Reply> get(Runtime& runtime, Call& call) { return reply_or_fail(runtime.credentials.get(call.agent, key_of(call))); }

void create(Runtime& runtime, Call& call, Respond respond) {
  change<CredentialCreate>(runtime, call, std::move(respond), [](CredentialsService& service, auto& tx, const Call& c, const auto& body) {
    return service.create(tx, c.agent, body);
  });
}

void set(Runtime& runtime, Call& call, Respond respond) {
  change<CredentialValue>(runtime, call, std::move(respond), [](CredentialsService& service, auto& tx, const Call& c, const auto& body) {
    return service.put(tx, c.agent, key_of(c), body.value);
  });
}

void expose(Runtime& runtime, Call& call, Respond respond) {
  change<CredentialExposed>(runtime, call, std::move(respond), [](CredentialsService& service, auto& tx, const Call& c, const auto& body) {
    return service.expose(tx, c.agent, key_of(c), body);
  });
}

void remove(Runtime& runtime, Call& call, Respond respond) {
  serve::write<CredentialDeleted>(
      runtime, call, [&runtime, &call](store::Transaction& tx) { return runtime.credentials.remove(tx, call.agent, key_of(call)); },
      [&runtime, &call, respond = std::move(respond)](Result<CredentialDeleted> deleted) mutable {
        if (!deleted) return respond(fail(std::move(deleted.error())));
        runtime.credentials.changed(call.agent, Credential{.key = deleted->key});
        respond(serve::reply_with(*deleted));
      });
}

constexpr serve::Route kRoutes[] = {
    {.id = "credentials.list", .read = list}, {.id = "credentials.get", .read = get},        {.id = "credentials.create", .async = create},
    {.id = "credentials.set", .async = set},  {.id = "credentials.expose", .async = expose}, {.id = "credentials.delete", .async = remove},
};

}  // namespace

std::span<const serve::Route> routes() { return kRoutes; }

}  // namespace facio::credentials
