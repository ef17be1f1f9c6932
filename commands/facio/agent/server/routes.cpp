// Routes of the agent area.
#include <absl/time/time.h>

#include "commands/facio/agent/server/service.hpp"
#include "commands/facio/system.hpp"
#include "commands/serve/http/route.hpp"

namespace facio::agent {
namespace {

using namespace serve;

/// The session that the query or body names.
std::optional<std::string> session_of(const Call& call) {
  if (const auto asked = call.arguments.find("sessionKey")) return std::string(*asked);
  const JsonRef key = call.body.get("sessionKey");
  if (!key || key.is_null()) return std::nullopt;
  return key.string();
}

AgentCard card(AgentService& agent) { return agent.card(); }

std::string document(AgentService& agent) {
  static const std::string text = openapi_json(kFacio, agent.version().version, "/");
  return text;
}

/// FNV-1a, for the ETag of the card.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

/// The card for everybody, with caching allowed. Clients of version 1.0 get no members of the older version.
Result<Reply> public_card(AgentService& agent, const Call& call) {
  if (!agent.answers_agents()) return fail(Code::not_found, "this agent does not serve other agents", "start the server with --a2a");
  Reply reply = reply_with(agent.card(call.header("A2A-Version").starts_with("1.")));
  const std::string tag = "\"" + std::to_string(hash_of(reply.body)) + "\"";
  reply.headers = "ETag: " + tag + "\r\nLast-Modified: " +
                  absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", absl::FromUnixMillis(agent.started_ms()), absl::UTCTimeZone()) +
                  "\r\nVary: A2A-Version\r\n";
  reply.cache = "public, max-age=300";
  const std::string_view known = call.header("If-None-Match");
  if (known.find(tag) == std::string_view::npos && known != "*") return reply;
  reply.status = 304;
  reply.body.clear();
  return reply;
}

Result<AgentStatus> status(AgentService& agent, const Call& call) { return agent.status(call.agent, session_of(call)); }
Result<CommandReply> reflect(AgentService& agent, const Call& call) { return agent.reflect(call.agent, session_of(call)); }
Result<CommandReply> reset(AgentService& agent, store::Transaction& tx, const Call& call) {
  return agent.reset(tx, call.agent, call.body.get("sessionKey").string());
}

/// The turns are cancelled at once, however much there is to do for the pool; only the wait is done there.
void stop(AgentService& agent, Call& call, Respond respond) {
  auto session = session_of(call);
  auto count = agent.ask_to_stop(call.agent, session);
  if (!count) return respond(fail(std::move(count.error())));
  record_from_pool(call, std::move(respond), [&agent, &call, session = std::move(session), count = *count]() -> Result<Changed> {
    return Changed{reply_with(agent.wait_for_stop(call.agent, session, count))};
  });
}

/// The restart begins only after the event is durable and the answer is on its way.
void restart(AgentService& agent, Call& call, Respond respond) {
  auto done = agent.can_restart();
  if (!done) return respond(fail(std::move(done.error())));
  auto answer = [&agent, reply = reply_with(*done), respond = std::move(respond)](Status status) mutable {
    if (!status) return respond(fail(std::move(status.error())));
    respond(std::move(reply));
    agent.restart();
  };
  write_audited(
      call, [](store::Transaction&) { return Status{}; }, std::move(answer), call.endpoint->success);
}

}  // namespace

std::span<const RouteOf<AgentService>> routes() {
  static constexpr RouteOf<AgentService> kRoutes[] = {
      {"agent.card", read_of<card>},        {"agent.public-card", read_of<public_card>},
      {"agent.status", read_of<status>},    {"agent.version", read_of<&AgentService::version>},
      {"agent.stop", async_of<stop>},       {"agent.new", write_of<reset>},
      {"agent.reflect", write_of<reflect>}, {"agent.restart", async_of<restart>},
      {"openapi.get", read_of<document>},
  };
  return kRoutes;
}

}  // namespace facio::agent
