// The embedded runtime: everything a handler may reach. Services have no HTTP in them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "commands/serve/http/call.hpp"
#include "commands/serve/store/store.hpp"

namespace facio {
class AgentService;
class ApprovalsService;
class AuditService;
class ChannelsService;
class ChatService;
class CredentialsService;
class CronService;
class ImprovementService;
class McpService;
class PeersService;
class PolicyService;
class ProvidersService;
class SessionsService;
class SettingsService;
class SkillsService;
class UsageService;
class VersionsService;
class WorkspaceService;
}  // namespace facio

namespace facio::serve {

/// Wall clock in epoch milliseconds; injected so that rules can be tested without waiting.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual std::int64_t now_ms() const = 0;
};
class SystemClock final : public Clock {
 public:
  [[nodiscard]] std::int64_t now_ms() const override;
};

class AgentTurn;
class RestartDebt;
class WorkPool;

struct Runtime {
  store::Store& store;
  Clock& clock;
  WorkPool& pool;
  RestartDebt& debt;
  AgentService& agent;
  ApprovalsService& approvals;
  AuditService& audit;
  ChannelsService& channels;
  ChatService& chat;
  CredentialsService& credentials;
  CronService& cron;
  ImprovementService& improvement;
  McpService& mcp;
  PeersService& peers;
  PolicyService& policy;
  ProvidersService& providers;
  SessionsService& sessions;
  SettingsService& settings;
  SkillsService& skills;
  AgentTurn& turns;
  UsageService& usage;
  VersionsService& versions;
  WorkspaceService& workspace;
  std::int64_t started_ms = 0;
  /// GET /api/v1/openapi.json and /health answer from here.
  std::string version;
};

/// Runs `work` as one unit of work together with the api_request audit event of `call`: both are durable, or neither,
/// before `done` is called. When `work` fails, the event still tells of the attempt.
template <class T>
void write(Runtime& runtime, Call& call, UniqueFunction<Result<T>(store::Transaction&)> work, UniqueFunction<void(Result<T>)> done);

/// As above for handlers: the shape that `work` gives becomes the reply. `work` may set `call.replaced`.
template <class T>
void write_and_reply(Runtime& runtime, Call& call, UniqueFunction<Result<T>(store::Transaction&)> work, Respond respond);

/// For handlers that only read, but block: runs `work` in the pool and answers with what it gives.
void answer_from_pool(Runtime& runtime, Respond respond, UniqueFunction<Result<Reply>()> work);

/// What a change outside the store came to.
struct Changed {
  Reply reply;
  std::vector<AuditEvent> events;  ///< of the area, to be written with the api_request event
};
/// For handlers that change files or ask others to change something: runs `work` in the pool, then writes its events together with the
/// api_request event of `call`, and answers when they are durable.
void change_from_pool(Runtime& runtime, Call& call, Respond respond, UniqueFunction<Result<Changed>()> work);

/// The api_request event of a call that ended with this HTTP status.
AuditEvent api_request_event(const Call& call, unsigned status, std::int64_t duration_ms);

// ---------------------------------------------------------------------------------------------- implementation

void write_audited(Runtime& runtime, Call& call, UniqueFunction<Status(store::Transaction&)> work, UniqueFunction<void(Status)> done,
                   unsigned success);

template <class T>
void write(Runtime& runtime, Call& call, UniqueFunction<Result<T>(store::Transaction&)> work, UniqueFunction<void(Result<T>)> done) {
  auto result = std::make_shared<std::optional<T>>();
  write_audited(
      runtime, call,
      [work = std::move(work), result](store::Transaction& tx) mutable -> Status {
        auto value = work(tx);
        if (!value) return fail(std::move(value.error()));
        result->emplace(std::move(*value));
        return {};
      },
      [done = std::move(done), result](Status status) mutable {
        if (status) done(std::move(**result));
        else done(fail(std::move(status.error())));
      },
      call.endpoint->success);
}

template <class T>
void write_and_reply(Runtime& runtime, Call& call, UniqueFunction<Result<T>(store::Transaction&)> work, Respond respond) {
  write<T>(runtime, call, std::move(work), [&call, respond = std::move(respond)](Result<T> result) mutable {
    if (!result) return respond(fail(std::move(result.error())));
    Reply reply = reply_with(*result);
    reply.status = call.replaced;
    respond(std::move(reply));
  });
}

}  // namespace facio::serve
