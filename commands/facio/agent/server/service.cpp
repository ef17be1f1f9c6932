#include "commands/facio/agent/server/service.hpp"

#include "cli/catalogue/json_writer.hpp"
#include "cli/core/time.hpp"
#include "commands/facio/improvement/server/service.hpp"
#include "commands/facio/runtime/pending_restart.hpp"
#include "commands/serve/clock.hpp"
#include "commands/facio/runtime/turn.hpp"
#include "commands/serve/work_pool.hpp"
#include "commands/facio/sessions/server/service.hpp"
#include "commands/facio/settings/server/service.hpp"

namespace facio {
namespace {

constexpr std::chrono::seconds kStopWait{1};  ///< for turns that were asked to stop, before the answer says that they were only asked
constexpr std::string_view kProtocol = "0.3.0";

CommandReply done(std::string_view command, const std::optional<std::string>& session, std::string output) {
  return {.ok = true, .command = std::string(command), .sessionKey = session, .output = std::move(output)};
}

/// How A2A callers authenticate: with one of the agent's tokens.
constexpr std::string_view kBearer = R"({"bearer":{"httpAuthSecurityScheme":{"scheme":"Bearer"}}})";
constexpr std::string_view kBothBearers = R"({"bearer":{"httpAuthSecurityScheme":{"scheme":"Bearer"},"type":"http","scheme":"bearer"}})";
constexpr std::string_view kNeedsBearer = R"({"bearer":[]})";
constexpr std::string_view kRequiresBearer = R"({"schemes":{"bearer":{"list":[]}}})";

/// An address of the agent, as versions 1.0 and 0.3 write it.
RawJson interface(std::string_view url, std::string_view binding, std::string_view version) {
  JsonWriter out;
  out.begin_object().member("url", url).member(version.empty() ? "transport" : "protocolBinding", binding);
  return RawJson{out.member_if("protocolVersion", version).end_object().take()};
}

}  // namespace

/// How many messages a session has; the default one exists even while it is empty. Code::not_found.
Result<std::int64_t> AgentService::message_count(std::string_view agent, const std::string& session) {
  auto found = base_.store.sessions().find(agent, session);
  if (!found) return fail(std::move(found.error()));
  if (*found) return (*found)->message_count;
  if (session == serve::kDefaultSession || turns_.busy(agent, session)) return 0;
  return no_such("session", session, "facioctl sessions list");
}

Status AgentService::check_known(std::string_view agent, const std::optional<std::string>& session) {
  return session ? message_count(agent, *session).map([](std::int64_t) {}) : Status{};
}

namespace {

/// How the key of the audit log stands in the card: the form of its checkpoints, and the key.
RawJson signed_log(const std::string& key) {
  return json_object("uri", "https://c2sp.org/tlog-checkpoint", "description", "the audit log is signed by this key", "required", false,
                     "params", json_object("key", key));
}

}  // namespace

AgentCard AgentService::card(bool newer) const {
  const std::string server = identity_.url.starts_with("unix:") ? "http://localhost" : identity_.url;
  const std::string url = server + "/a2a/v1";
  AgentCard card{.protocolVersion = std::nullopt,
                 .name = "facioctl",
                 .description = "A Facio-compatible agent runtime, run by facioctl serve",
                 .url = std::nullopt,
                 .version = identity_.version,
                 .capabilities = {.streaming = true, .pushNotifications = true, .extendedAgentCard = true},
                 .defaultInputModes = {"text/plain", "application/json"},
                 .defaultOutputModes = {"text/plain", "application/json", "application/octet-stream"},
                 .skills = {{.id = "chat", .name = "Chat", .description = "Answers messages and uses its tools", .tags = {"chat"}}},
                 .securitySchemes = RawJson{std::string(newer ? kBearer : kBothBearers)},
                 .securityRequirements = std::vector<RawJson>{RawJson{std::string(kRequiresBearer)}},
                 .supportedInterfaces = std::vector<RawJson>{interface(url, "JSONRPC", "1.0"), interface(url, "HTTP+JSON", "1.0"),
                                                             interface(url, "JSONRPC", "0.3"), interface(url, "HTTP+JSON", "0.3")}};
  if (!identity_.audit_key.empty()) card.capabilities.extensions = std::vector<RawJson>{signed_log(identity_.audit_key)};
  if (newer) return card;
  card.protocolVersion = kProtocol;
  card.url = url;
  card.security = std::vector<RawJson>{RawJson{std::string(kNeedsBearer)}};
  card.additionalInterfaces = std::vector<RawJson>{interface(url, "JSONRPC", ""), interface(url, "HTTP+JSON", "")};
  card.preferredTransport = "JSONRPC";
  card.supportsAuthenticatedExtendedCard = true;
  return card;
}

AgentVersionReply AgentService::version() const {
  return {.ok = true,
          .command = "version",
          .sessionKey = std::nullopt,
          .output = "facioctl " + identity_.version,
          .version = identity_.version};
}

Result<AgentStatus> AgentService::status(std::string_view agent, const std::optional<std::string>& session) {
  const std::string key = session.value_or(std::string(serve::kDefaultSession));
  auto messages = message_count(agent, key);
  if (!messages) return fail(std::move(messages.error()));
  const std::int64_t uptime_ms = base_.clock.elapsed_ms() - started_elapsed_ms_;
  AgentStatus status;
  status.command = "status";
  status.sessionKey = key;
  status.model = base_.settings.model(agent);
  status.provider = base_.settings.provider(agent);
  status.uptime = static_cast<double>(uptime_ms) / 1000.0;
  status.busy = turns_.busy(agent, key);
  status.message_count = *messages;
  status.waiting = static_cast<std::int64_t>(turns_.waiting(agent, key));
  status.restart_reasons = base_.pending_restart.reasons();
  status.restart_needed = !status.restart_reasons->empty();
  status.output = key + ": " + (status.busy ? "a turn is running" : "idle") +
                  (*status.waiting > 0 ? ", " + std::to_string(*status.waiting) + " waiting" : "") + ", " +
                  std::to_string(status.message_count) + " messages; up for " + format_duration(uptime_ms);
  return status;
}

Result<std::size_t> AgentService::ask_to_stop(std::string_view agent, const std::optional<std::string>& session) {
  return check_known(agent, session).map([&] { return turns_.cancel(agent, session.value_or("")); });
}

CommandReply AgentService::wait_for_stop(std::string_view agent, const std::optional<std::string>& session, std::size_t count) {
  if (count == 0) return done("stop", session, "no turn was running");
  const bool ended = turns_.wait_cancelled(agent, session.value_or(""), kStopWait);
  const std::string turns = std::to_string(count) + (count == 1 ? " turn" : " turns");
  return done("stop", session, ended ? "stopped " + turns : "asked " + turns + " to stop");
}

Result<CommandReply> AgentService::reset(store::Transaction& tx, std::string_view agent, const std::string& session) {
  if (auto known = check_known(agent, session); !known) return fail(std::move(known.error()));
  turns_.cancel_and_drop(agent, session);
  if (auto cleared = sessions_.clear(tx, agent, session); !cleared) return fail(std::move(cleared.error()));
  return done("new", session, "the session starts anew");
}

Result<CommandReply> AgentService::reflect(std::string_view agent, const std::optional<std::string>& session) {
  if (auto known = check_known(agent, session); !known) return fail(std::move(known.error()));
  if (auto may = improvement_.may_reflect(agent); !may) return fail(std::move(may.error()));
  // The result is an improvement run and events in the audit log; nobody waits for it.
  auto started = base_.pool.submit(
      [&improvement = improvement_, of = std::string(agent), session]() { (void)improvement.reflect(of, session, "manual"); });
  if (!started) return fail(std::move(started.error()));
  const std::string why = improvement_.why_waiting(agent, false);
  return done("reflect", session,
              "the agent is reflecting on its sessions" + (session ? " in " + *session : "") +
                  (why.empty() ? "; its proposals are applied at once" : "; its proposals need approval, because " + why));
}

Result<CommandReply> AgentService::can_restart() {
  if (base_.memory)
    return fail(Code::unavailable, "a server with --memory would lose its data in a restart",
                "start it with --data DIR instead of --memory");
  return done("restart", std::nullopt, "the server is restarting");
}

}  // namespace facio
