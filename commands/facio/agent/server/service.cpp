#include "commands/facio/agent/server/service.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

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

constexpr std::string_view kProtocol = "0.3.0";

CommandReply done(std::string_view command, const std::optional<std::string>& session, std::string output) {
  return {.ok = true, .command = std::string(command), .sessionKey = session, .output = std::move(output)};
}

/// Who may call the agent by A2A: whoever has one of its tokens.
constexpr std::string_view kBearer = R"({"bearer":{"httpAuthSecurityScheme":{"scheme":"Bearer"}}})";
constexpr std::string_view kBothBearers = R"({"bearer":{"httpAuthSecurityScheme":{"scheme":"Bearer"},"type":"http","scheme":"bearer"}})";
constexpr std::string_view kNeedsBearer = R"({"bearer":[]})";
constexpr std::string_view kRequiresBearer = R"({"schemes":{"bearer":{"list":[]}}})";

/// A way to the agent, as versions 1.0 and 0.3 write it.
RawJson way(std::string_view url, std::string_view binding, std::string_view version) {
  std::string out = R"({"url":)";
  append_json_string(out, url);
  out += version.empty() ? R"(,"transport":)" : R"(,"protocolBinding":)";
  append_json_string(out, binding);
  if (!version.empty()) {
    out += R"(,"protocolVersion":)";
    append_json_string(out, version);
  }
  return RawJson{out + "}"};
}

}  // namespace

struct AgentService::Impl {
  const serve::ServiceContext& base;
  SessionsService& sessions;
  ImprovementService& improvement;
  serve::AgentTurn& turns;
  AgentIdentity identity;
  int restart = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

  ~Impl() { ::close(restart); }

  /// How many messages a session has; the default one is there even when nothing was said in it. Code::not_found.
  Result<std::int64_t> messages(std::string_view agent, const std::string& session) {
    auto found = base.store.sessions().find(agent, session);
    if (!found) return fail(std::move(found.error()));
    if (*found) return (*found)->message_count;
    if (session == serve::kDefaultSession || turns.busy(agent, session)) return 0;
    return fail(Code::not_found, "there is no session \"" + session + "\"", "facioctl sessions list");
  }

  Status check_known(std::string_view agent, const std::optional<std::string>& session) {
    if (!session) return {};
    auto count = messages(agent, *session);
    if (!count) return fail(std::move(count.error()));
    return {};
  }
};

AgentService::AgentService(const serve::ServiceContext& context, SessionsService& sessions, ImprovementService& improvement,
                           serve::AgentTurn& turns, AgentIdentity identity)
    : impl_(new Impl{.base = context, .sessions = sessions, .improvement = improvement, .turns = turns, .identity = std::move(identity)}) {}
AgentService::~AgentService() = default;

AgentCard AgentService::card(bool newer) const {
  const std::string base = impl_->identity.url.starts_with("unix:") ? "http://localhost" : impl_->identity.url;
  const std::string url = base + "/a2a/v1";
  AgentCard card{.protocolVersion = std::nullopt,
                 .name = "facioctl",
                 .description = "A Facio-compatible agent runtime, run by facioctl serve",
                 .url = std::nullopt,
                 .version = impl_->identity.version,
                 .capabilities = {.streaming = true, .pushNotifications = true, .extendedAgentCard = true},
                 .defaultInputModes = {"text/plain", "application/json"},
                 .defaultOutputModes = {"text/plain"},
                 .skills = {{.id = "chat", .name = "Chat", .description = "Answers messages and works with its tools", .tags = {"chat"}}},
                 .securitySchemes = RawJson{std::string(newer ? kBearer : kBothBearers)},
                 .securityRequirements = std::vector<RawJson>{RawJson{std::string(kRequiresBearer)}},
                 .supportedInterfaces = std::vector<RawJson>{way(url, "JSONRPC", "1.0"), way(url, "HTTP+JSON", "1.0"),
                                                             way(url, "JSONRPC", "0.3"), way(url, "HTTP+JSON", "0.3")}};
  if (newer) return card;
  card.protocolVersion = kProtocol;
  card.url = url;
  card.security = std::vector<RawJson>{RawJson{std::string(kNeedsBearer)}};
  card.additionalInterfaces = std::vector<RawJson>{way(url, "JSONRPC", ""), way(url, "HTTP+JSON", "")};
  card.preferredTransport = "JSONRPC";
  card.supportsAuthenticatedExtendedCard = true;
  return card;
}

std::int64_t AgentService::started_ms() const { return impl_->identity.started_ms; }

AgentVersionReply AgentService::version() const {
  return {.ok = true,
          .command = "version",
          .sessionKey = std::nullopt,
          .output = "facioctl " + impl_->identity.version,
          .version = impl_->identity.version};
}

Result<AgentStatus> AgentService::status(std::string_view agent, const std::optional<std::string>& session) {
  const std::string key = session.value_or(std::string(serve::kDefaultSession));
  auto messages = impl_->messages(agent, key);
  if (!messages) return fail(std::move(messages.error()));
  const std::int64_t uptime_ms = std::max<std::int64_t>(0, impl_->base.clock.now_ms() - impl_->identity.started_ms);
  AgentStatus status;
  status.command = "status";
  status.sessionKey = key;
  status.model = impl_->base.settings.model(agent);
  status.provider = impl_->base.settings.provider(agent);
  status.uptime = static_cast<double>(uptime_ms) / 1000.0;
  status.busy = impl_->turns.busy(agent, key);
  status.message_count = *messages;
  status.restart_reasons = impl_->base.pending_restart.reasons();
  status.restart_needed = !status.restart_reasons->empty();
  status.output = key + ": " + (status.busy ? "a turn is running" : "idle") + ", " + std::to_string(status.message_count) +
                  " messages; up for " + format_duration(uptime_ms);
  return status;
}

Result<CommandReply> AgentService::stop(std::string_view agent, const std::optional<std::string>& session) {
  if (auto known = impl_->check_known(agent, session); !known) return fail(std::move(known.error()));
  const std::size_t count = impl_->turns.cancel(agent, session.value_or(""));
  return done("stop", session, count == 0 ? "no turn was running" : "stopped " + std::to_string(count) + (count == 1 ? " turn" : " turns"));
}

Result<CommandReply> AgentService::reset(store::Transaction& tx, std::string_view agent, const std::string& session) {
  if (auto known = impl_->check_known(agent, session); !known) return fail(std::move(known.error()));
  impl_->turns.cancel_and_drop(agent, session);
  if (auto cleared = impl_->sessions.clear(tx, agent, session); !cleared) return fail(std::move(cleared.error()));
  return done("new", session, "the session begins afresh");
}

Result<CommandReply> AgentService::reflect(std::string_view agent, const std::optional<std::string>& session) {
  if (auto known = impl_->check_known(agent, session); !known) return fail(std::move(known.error()));
  if (auto may = impl_->improvement.may_reflect(agent); !may) return fail(std::move(may.error()));
  // What comes of it is an improvement run, and events in the audit log; nobody waits for it.
  auto started = impl_->base.pool.submit(
      [&improvement = impl_->improvement, of = std::string(agent), session]() { (void)improvement.reflect(of, session, "manual"); });
  if (!started) return fail(std::move(started.error()));
  return done("reflect", session, session ? "the agent goes over what was said in " + *session : "the agent goes over what was said");
}

Result<CommandReply> AgentService::can_restart() {
  if (impl_->base.memory)
    return fail(Code::unavailable, "a server that keeps everything in memory would lose it in a restart",
                "start it with --data DIR instead of --memory");
  return done("restart", std::nullopt, "the server restarts");
}

void AgentService::restart() {
  const std::uint64_t one = 1;
  (void)!::write(impl_->restart, &one, sizeof one);
}

int AgentService::restart_fd() const { return impl_->restart; }

}  // namespace facio
