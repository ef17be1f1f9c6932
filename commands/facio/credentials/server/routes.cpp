// Routes of the credentials area. A change is durable, then its deadline counts, then it is answered.
#include "commands/facio/credentials/server/service.hpp"
#include "commands/serve/http/route.hpp"

namespace facio::credentials {
namespace {

using namespace serve;

Result<Credential> set(CredentialsService& credentials, store::Transaction& tx, const Call& call, const CredentialValue& body) {
  return credentials.put(tx, call.agent, call.arguments.text("key"), body.value);
}

void removed(CredentialsService& credentials, const Call& call, const CredentialDeleted& deleted) {
  credentials.changed(call.agent, Credential{.key = deleted.what});
}

constexpr RouteOf<CredentialsService> kRoutes[] = {
    {"credentials.list", read_of<&CredentialsService::list>},
    {"credentials.get", read_of<&CredentialsService::get, "key">},
    {"credentials.create", write_of<&CredentialsService::create>.then<&CredentialsService::changed>},
    {"credentials.set", write_of<set>.then<&CredentialsService::changed>},
    {"credentials.expose", write_of<&CredentialsService::expose, "key">.then<&CredentialsService::changed>},
    {"credentials.delete", write_of<&CredentialsService::remove, "key">.then<removed>},
};

}  // namespace

std::span<const RouteOf<CredentialsService>> routes() { return kRoutes; }

}  // namespace facio::credentials
