#include "commands/serve/composition.hpp"

#include <chrono>
#include <optional>
#include <span>
#include <vector>

#include "cli/catalogue/catalogue.hpp"
#include "commands/facio/catalogue.hpp"
#include "commands/facio/agent/server/service.hpp"
#include "commands/facio/approvals/server/service.hpp"
#include "commands/facio/audit/server/service.hpp"
#include "commands/facio/channels/server/service.hpp"
#include "commands/facio/chat/server/service.hpp"
#include "commands/facio/credentials/server/service.hpp"
#include "commands/facio/cron/server/service.hpp"
#include "commands/facio/improvement/server/service.hpp"
#include "commands/facio/mcp/server/service.hpp"
#include "commands/facio/peers/server/service.hpp"
#include "commands/facio/policy/server/service.hpp"
#include "commands/facio/providers/server/service.hpp"
#include "commands/routes.hpp"
#include "commands/facio/runtime/delivery/errands.hpp"
#include "commands/facio/runtime/a2a/tasks.hpp"
#include "commands/serve/files/workspace_files.hpp"
#include "commands/serve/http/dispatcher.hpp"
#include "commands/serve/http/server.hpp"
#include "commands/facio/improvement/server/triggers.hpp"
#include "commands/facio/runtime/loop/agent_loop.hpp"
#include "commands/facio/runtime/loop/slash_commands.hpp"
#include "commands/facio/runtime/models/model_choice.hpp"
#include "commands/serve/outbound/outbound.hpp"
#include "commands/facio/runtime/foundations.hpp"
#include "commands/facio/audit/server/request_audit.hpp"
#include "commands/facio/runtime/restart_debt.hpp"
#include "commands/facio/runtime/runtime.hpp"
#include "commands/facio/runtime/scheduler/scheduler.hpp"
#include "commands/serve/work_pool.hpp"
#include "commands/facio/runtime/a2a/surface.hpp"
#include "commands/facio/runtime/document.hpp"
#include "commands/facio/runtime/tools/all_tools.hpp"
#include "commands/serve/token.hpp"
#include "commands/serve/vault/vault.hpp"
#include "commands/facio/sessions/server/service.hpp"
#include "commands/facio/settings/server/service.hpp"
#include "commands/facio/skills/server/service.hpp"
#include "commands/facio/usage/server/service.hpp"
#include "commands/facio/versions/server/service.hpp"
#include "commands/facio/workspace/server/service.hpp"

namespace facio::serve {
namespace {

constexpr std::string_view kDefaultAgent = "main";
constexpr std::string_view kVersion = FACIOCTL_VERSION;

std::vector<Route> routes() {
  std::vector<Route> all = all_routes();
  all.insert(all.end(), own_routes().begin(), own_routes().end());
  return all;
}

DispatcherOptions surfaces(const ServeOptions& options, const Credentials& credentials) {
  return {.management_token = credentials.management,
          .a2a_token = credentials.a2a,
          .management = options.management,
          .a2a = options.a2a,
          .behind_proxy = options.behind_proxy,
          .allowed_origins = options.allowed_origins,
          .rate_limit_rpm = options.rate_limit_rpm};
}

/// What has to be there before the first service: the store, and places and keys beside it.
struct Ground {
  std::unique_ptr<store::Store> store;
  Vault vault;
  WorkspaceFiles files;
  std::string data;        ///< directory
  bool temporary = false;  ///< the directory goes at the end
};

Result<Ground> prepare(const ServeOptions& options) {
  auto opened = store::open_sqlite({.directory = options.memory ? std::string{} : options.data});
  if (!opened) return fail(std::move(opened.error()));
  std::string data = options.data;
  if (options.memory) {
    auto made = make_temporary_directory(options.runtime_directory);
    if (!made) return fail(std::move(made.error()));
    data = std::move(*made);
  }
  auto vault =
      Vault::open({.text = options.vault_key, .file = options.memory ? std::string{} : options.vault_key_file}, (*opened)->documents());
  if (!vault) return fail(std::move(vault.error()));
  auto files = WorkspaceFiles::open(options.workspace.empty() ? data + "/workspace" : options.workspace);
  if (!files) return fail(std::move(files.error()));
  return Ground{std::move(*opened), std::move(*vault), std::move(*files), std::move(data), options.memory};
}

/// The services of all areas, in the order in which they need each other; they end the other way round.
struct Services {
  Services(const Foundations& base, const Clock& clock, const Outbound& outbound, AgentTurn& turns, AgentIdentity identity,
           const ServeOptions& options)
      : cron(base.store, base.settings, clock),
        credentials(base),
        providers(base, outbound, credentials),
        channels(base),
        sessions(base),
        usage(base),
        policy(base),
        approvals(base, policy, credentials, options.approval_expiry_ms),
        workspace(base),
        skills(base),
        mcp(base, credentials, outbound),
        versions(base, cron, policy, mcp),
        improvement(base, versions, sessions),
        peers(base, outbound, credentials),
        agent(base, sessions, improvement, turns, std::move(identity)),
        chat(base, turns, options.chat_timeout_ms) {}

  CronService cron;
  CredentialsService credentials;
  ProvidersService providers;
  ChannelsService channels;
  SessionsService sessions;
  UsageService usage;
  PolicyService policy;
  ApprovalsService approvals;
  WorkspaceService workspace;
  SkillsService skills;
  McpService mcp;
  VersionsService versions;
  ImprovementService improvement;
  PeersService peers;
  AgentService agent;
  ChatService chat;
};

/// The members stand in the order in which they are built; they end the other way round.
class Parts final : public Composition {
 public:
  Parts(Ground ground, const ServeOptions& options, const std::string& url)
      : ground_(std::move(ground)),
        store_(*ground_.store),
        settings_(store_, &ground_.vault),
        outbound_(options.allowed_hosts),
        base_{.store = store_,
              .clock = clock_,
              .pool = pool_,
              .debt = debt_,
              .vault = ground_.vault,
              .files = ground_.files,
              .settings = settings_,
              .data = ground_.data,
              .memory = ground_.temporary},
        audit_(std::make_unique<AuditService>(store_, clock_)),
        services_(base_, clock_, outbound_, turns_,
                  {.version = std::string(kVersion),
                   .url = options.public_url.empty() ? url : options.public_url,
                   .a2a = options.a2a,
                   .started_ms = clock_.now_ms()},
                  options),
        tools_(base_, services_.credentials, services_.cron, services_.peers, services_.mcp),
        models_(store_, settings_, services_.providers, outbound_, ground_.files, std::string(kVersion)),
        commands_(base_, services_.agent, services_.credentials),
        errands_({.files = ground_.files,
                  .sandbox = tools_.sandbox(),
                  .outbound = outbound_,
                  .credentials = services_.credentials,
                  .channels = services_.channels,
                  .peers = services_.peers}),
        a2a_(base_, outbound_, turns_),
        a2a_surface_(a2a_, services_.agent),
        scheduler_(store_, services_.cron, settings_, clock_, turns_),
        runtime_{.store = store_,
                 .clock = clock_,
                 .pool = pool_,
                 .debt = debt_,
                 .agent = services_.agent,
                 .approvals = services_.approvals,
                 .audit = *audit_,
                 .channels = services_.channels,
                 .chat = services_.chat,
                 .credentials = services_.credentials,
                 .cron = services_.cron,
                 .improvement = services_.improvement,
                 .mcp = services_.mcp,
                 .peers = services_.peers,
                 .policy = services_.policy,
                 .providers = services_.providers,
                 .sessions = services_.sessions,
                 .settings = settings_,
                 .skills = services_.skills,
                 .turns = turns_,
                 .usage = services_.usage,
                 .versions = services_.versions,
                 .workspace = services_.workspace,
                 .started_ms = clock_.now_ms(),
                 .version = std::string(kVersion)},
        log_(store_) {}

  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;
  ~Parts() override {
    if (server_ && !finished_) {
      server_->abort();
      Parts::finish(0);
    }
    if (ground_.temporary) remove_directory(ground_.data);
  }

  Status start(const ServeOptions& options, const Credentials& credentials, const Listening& listening) {
    if (auto status = settings_.load(kDefaultAgent); !status) return status;
    if (auto status = services_.credentials.start(std::span(&kDefaultAgent, 1)); !status) return status;
    services_.credentials.also_mask(kDefaultAgent, "management token", credentials.management);
    services_.credentials.also_mask(kDefaultAgent, "A2A token", credentials.a2a);
    if (auto status = services_.approvals.recover(std::span(&kDefaultAgent, 1)); !status) return status;
    if (auto status = services_.chat.start(); !status) return status;
    // What cannot be finished now (git is gone, the disk is full) is tried again with the next change of a version.
    (void)services_.versions.recover(kDefaultAgent);
    if (auto status = recover_turns(store_, clock_, kDefaultAgent); !status) return status;
    turns_.start({.store = store_,
                  .clock = clock_,
                  .settings = settings_,
                  .policy = services_.policy,
                  .skills = services_.skills,
                  .credentials = services_.credentials,
                  .files = ground_.files,
                  .tools = tools_.box(),
                  .models = models_,
                  .approver = &services_.approvals},
                 &commands_);
    services_.improvement.use(models_, services_.credentials);
    if (auto status = services_.improvement.start({std::string(kDefaultAgent)}); !status) return status;
    turns_.on_end([this](const TurnRequest& request, const TurnResult& result) {
      services_.improvement.turn_ended(request.agent, {.session = request.session_key,
                                                       .message = request.message,
                                                       .ok = result.ok,
                                                       .tool_calls = result.tool_calls,
                                                       .failed_in_a_row = result.failed_in_a_row});
    });
    scheduler_.use(errands_, pool_);
    services_.mcp.start(std::span(&kDefaultAgent, 1), &services_.approvals);
    if (options.a2a)
      if (auto status = a2a_.recover(); !status) return status;
    if (auto status = scheduler_.start(); !status) return status;
    services_.providers.use(options.github);
    dispatcher_.emplace(runtime_, log_, facio_catalogue(), routes(), surfaces(options, credentials));
    dispatcher_->mount(A2aSurface::kRoot, Surface::a2a, a2a_surface_);
    server_.emplace(*dispatcher_, options.limits, listening.sockets);
    server_->start();
    return {};
  }

  [[nodiscard]] int restart_fd() const override { return services_.agent.restart_fd(); }
  void begin_stop() override {
    services_.approvals.stop();  // no request comes any more that could decide
    server_->begin_stop();
  }
  void abort() override {
    turns_.stop(std::chrono::milliseconds(0));  // first, so that they know why they end
    outbound_.stop();
    server_->abort();
  }
  [[nodiscard]] int ended_fd() const override { return server_->ended_fd(); }
  void finish(std::int64_t grace_ms) override {
    finished_ = true;
    a2a_.stopping();
    server_->join();
    services_.providers.stop();
    scheduler_.stop(std::chrono::milliseconds(grace_ms));  // turns that go on may still ask other hosts and use the pool
    services_.improvement.stop();
    services_.mcp.stop();  // after the turns, and before outbound_: servers on the network are told
    outbound_.stop();
    services_.versions.stop();
    pool_.stop();
    audit_.reset();  // answers what was asked of it: the connections must still be there to hear it
    log_.drain();
  }

 private:
  SystemClock clock_;
  Ground ground_;
  store::Store& store_;
  RestartDebt debt_;
  WorkPool pool_;
  SettingsService settings_;
  Outbound outbound_;
  Foundations base_;
  std::unique_ptr<AuditService> audit_;
  AgentLoop turns_;
  Services services_;
  AllTools tools_;
  ModelChoice models_;
  SlashCommands commands_;
  Errands errands_;
  a2a::Tasks a2a_;
  A2aSurface a2a_surface_;
  Scheduler scheduler_;
  Runtime runtime_;
  RequestAudit log_;
  std::optional<Dispatcher> dispatcher_;
  std::optional<HttpServer> server_;
  bool finished_ = false;
};

}  // namespace

Result<std::unique_ptr<Composition>> Composition::start(const ServeOptions& options, const Credentials& credentials,
                                                        const Listening& listening) {
  auto ground = prepare(options);
  if (!ground) return fail(std::move(ground.error()));
  auto parts = std::make_unique<Parts>(std::move(*ground), options, listening.url);
  if (auto status = parts->start(options, credentials, listening); !status) return fail(std::move(status.error()));
  return std::unique_ptr<Composition>(std::move(parts));
}

}  // namespace facio::serve
