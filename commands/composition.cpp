#include "commands/serve/composition.hpp"

#include <chrono>
#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "cli/core/encoding.hpp"
#include "cli/core/utf8.hpp"
#include "cli/files/part_below.hpp"
#include "cli/files/workspace_files.hpp"
#include "commands/facio/audit/server/retention.hpp"
#include "commands/facio/audit/server/signer.hpp"
#include "commands/facio/improvement/server/triggers.hpp"
#include "commands/facio/runtime/a2a/aging.hpp"
#include "commands/facio/runtime/delivery/job_delivery.hpp"
#include "commands/facio/runtime/loop/agent_loop.hpp"
#include "commands/facio/runtime/loop/slash_commands.hpp"
#include "commands/facio/runtime/models/model_choice.hpp"
#include "commands/facio/runtime/pending_restart.hpp"
#include "commands/facio/runtime/scheduler/scheduler.hpp"
#include "commands/facio/runtime/tools/builtin_tools.hpp"
#include "commands/serve/clock.hpp"
#include "commands/serve/clock_watch.hpp"
#include "commands/serve/http/dispatcher.hpp"
#include "commands/serve/http/server.hpp"
#include "commands/serve/leftovers.hpp"
#include "commands/serve/outbound/outbound.hpp"
#include "commands/serve/private_file.hpp"
#include "commands/serve/vault/vault.hpp"
#include "commands/serve/work_pool.hpp"
#include "commands/services.hpp"

namespace facio::serve {
namespace {

constexpr std::string_view kDefaultAgent = "main";
constexpr std::string_view kVersion = FACIOCTL_VERSION;
// What the names of the audit log's files begin with is that of its key.
constexpr std::string_view kAuditCheckpoint = ".checkpoint", kAuditFindings = ".findings";

/// What the services are built on: the store, directories and keys.
struct Groundwork {
  std::unique_ptr<store::Store> store;
  Vault vault;
  WorkspaceFiles files;
  std::unique_ptr<AuditSigner> signer;
  std::string data;        ///< directory
  bool temporary = false;  ///< the directory is removed at the end
};

/// Keeps what is the server's own out of every view of a workspace that is wide enough to hold it. What is missing is made now, so that the
/// agent cannot make it.
Status hide_own_files(WorkspaceFiles& files, const std::string& data, const ServeOptions& options, const Credentials& credentials) {
  const std::string& key = options.vault_key_file;
  // What is in the directory is named again where a hard link of it would show a secret.
  std::vector<std::string> own{data, data + "/facio.db", data + "/facio.db-wal", data + "/facio.db-shm"};
  for (const std::string* file : {&key, &options.audit_key_file, &credentials.token_file, &options.client_files})
    if (!file->empty()) own.push_back(*file);
  if (!options.audit_beside.empty())
    for (const std::string_view more : {kAuditCheckpoint, kAuditFindings}) own.push_back(options.audit_beside + std::string(more));
  if (options.vault_key.empty() && !options.memory && !key.empty() && !part_below(key, files.directory()).empty())
    if (auto made = create_private_file(key, Secret(random_hex(32))); !made && made.error().code() != Code::conflict)
      return fail(made.error().code(), "the key file " + key + " cannot be created: " + made.error().message());
  if (!options.client_files.empty() && !part_below(options.client_files, files.directory()).empty())
    if (auto made = make_private_directory(options.client_files); !made) return made;
  files.hide(HiddenPlaces(std::move(own)));
  return {};
}

/// Without a key that can be kept the server runs, and says that its log is not signed.
Result<std::unique_ptr<AuditSigner>> make_signer(const ServeOptions& options, store::Store& store, const std::string& data) {
  auto key = SigningKey::open({.text = options.audit_key, .file = options.audit_key_file});
  if (!key && key.error().code() == Code::usage) return fail(std::move(key.error()));
  AuditSigner::Places places{.archives = data + "/audit"};
  if (!options.audit_beside.empty()) {
    places.checkpoint = options.audit_beside + std::string(kAuditCheckpoint);
    places.findings = options.audit_beside + std::string(kAuditFindings);
  }
  return std::make_unique<AuditSigner>(store, std::string(kDefaultAgent), std::move(key), std::move(places));
}

Result<Groundwork> prepare(const ServeOptions& options, const Credentials& credentials) {
  auto opened =
      store::open_sqlite({.directory = options.memory ? std::string{} : options.data, .most_bytes = options.memory_limit_mib << 20});
  if (!opened) return fail(std::move(opened.error()));
  // The store is locked now: no other server is at work in the directory.
  remove_leftovers({.data = options.memory ? std::string() : options.data,
                    .runtime = options.runtime_directory,
                    .private_files = options.memory ? std::vector<std::string>()
                                                    : std::vector{options.vault_key_file, options.data + "/management.token"}});
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
  if (auto hidden = hide_own_files(*files, data, options, credentials); !hidden) return fail(std::move(hidden.error()));
  auto signer = make_signer(options, **opened, data);
  if (!signer) return fail(std::move(signer.error()));
  return Groundwork{std::move(*opened), std::move(*vault), std::move(*files), std::move(*signer), std::move(data), options.memory};
}

std::string audit_key_of(const AuditSigner& signer) {
  const auto key = signer.key();
  return key ? key->key : std::string();
}

/// The members are in the order of their dependencies; they are destroyed in reverse.
class Parts final : public Composition {
 public:
  Parts(Groundwork groundwork, const ServeOptions& options, const Credentials& credentials, const std::string& url)
      : groundwork_(std::move(groundwork)),
        credentials_(credentials),
        store_(*groundwork_.store),
        settings_(store_, &groundwork_.vault, &pending_restart_),
        outbound_(options.allowed_hosts),
        base_{.store = store_,
              .clock = clock_,
              .pool = pool_,
              .pending_restart = pending_restart_,
              .vault = groundwork_.vault,
              .files = groundwork_.files,
              .settings = settings_,
              .data = groundwork_.data,
              .memory = groundwork_.temporary},
        identity_{.version = std::string(kVersion),
                  .url = options.public_url.empty() ? url : options.public_url,
                  .a2a = options.a2a,
                  .started_ms = clock_.now_ms(),
                  .audit_key = audit_key_of(*groundwork_.signer)},
        services_{.base = base_,
                  .outbound = outbound_,
                  .turns = turns_,
                  .identity = identity_,
                  .options = options,
                  .audit_signer = *groundwork_.signer},
        retention_(store_, clock_, *groundwork_.signer, std::string(kDefaultAgent), groundwork_.signer->archives(),
                   {.keep_ms = options.audit_keep_ms, .most_bytes = options.audit_most_bytes}),
        aging_(base_, std::string(kDefaultAgent)),
        tools_(base_, services_.credentials, services_.cron, services_.peers, services_.mcp),
        models_(base_, services_.providers, outbound_),
        commands_{base_, services_.agent, services_.credentials},
        job_delivery_({.files = groundwork_.files,
                       .sandbox = tools_.sandbox(),
                       .outbound = outbound_,
                       .credentials = services_.credentials,
                       .channels = services_.channels,
                       .peers = services_.peers}),
        scheduler_(store_, services_.cron, settings_, clock_, turns_, &job_delivery_, &pool_) {}

  ~Parts() override {
    if (server_ && !finished_) {
      server_->abort();
      Parts::finish(0);
    }
    if (!finished_) {  // the start has failed: what it has begun in the pool uses the services
      services_.versions.stop();
      pool_.stop();
    }
    if (groundwork_.temporary) remove_directory(groundwork_.data);
  }

  Status start(const ServeOptions& options, const Credentials& credentials, std::span<const Listening> listeners, TlsServer* tls) {
    if (auto status = groundwork_.signer->start(); !status) return status;  // before anything is written to the log
    if (auto status = settings_.load(kDefaultAgent); !status) return status;
    if (auto status = services_.credentials.start(std::span(&kDefaultAgent, 1)); !status) return status;
    services_.credentials.also_mask(kDefaultAgent, "management token", credentials.management);
    services_.credentials.also_mask(kDefaultAgent, "A2A token", credentials.a2a);
    if (auto status = clock_watch_.start(); !status) return status;
    if (auto status = services_.channels.seal_what_is_clear(kDefaultAgent); !status) return status;
    if (auto status = services_.approvals.start(std::span(&kDefaultAgent, 1)); !status) return status;
    if (auto status = services_.chat.start(); !status) return status;
    // What cannot be finished now (no git, a full disk) is retried with the next change of a version.
    (void)services_.versions.recover(kDefaultAgent);
    (void)services_.improvement.recover(kDefaultAgent);
    if (auto status = outside_.recover(kDefaultAgent); !status) return status;
    if (auto status = recover_turns(store_, clock_, kDefaultAgent); !status) return status;
    turns_.start({.base = base_,
                  .policy = services_.policy,
                  .skills = services_.skills,
                  .credentials = services_.credentials,
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
                                                       .tool_calls = result.tool_calls_count,
                                                       .failed_in_a_row = result.failed_in_a_row});
    });
    services_.workspace.on_operators_file([this](std::string_view agent, std::string_view before, std::string_view now) {
      return services_.mcp.agree_to_file(agent, before, now);
    });
    services_.settings.on_api_keys([this](store::Transaction& transaction, std::string_view agent, JsonRef keys) {
      return services_.providers.set_keys(transaction, agent, keys);
    });
    services_.mcp.start(std::span(&kDefaultAgent, 1), &services_.approvals);
    if (options.a2a)
      if (auto status = services_.a2a.recover(); !status) return status;
    if (auto status = scheduler_.start(); !status) return status;
    services_.providers.use(options.github);
    if (auto status = retention_.start(); !status) return status;
    if (auto status = aging_.start(); !status) return status;
    (void)pool_.submit([this] { remove_leftovers(groundwork_.files); });  // without a thread for it, at the next start
    open(options, credentials, listeners, tls);
    return server_->start();
  }

  [[nodiscard]] std::vector<std::string> remarks() override {
    std::vector<std::string> all = groundwork_.signer->problems();
    for (const std::string& name : services_.mcp.awaiting(kDefaultAgent))
      all.push_back("the MCP server " + printable(name) + " in mcp.json needs approval: facioctl mcp approve " + printable(name));
    if (!base_.files.hidden().below(base_.files.directory()).empty())
      all.push_back("the workspace " + base_.files.directory() +
                    " is wide: it contains the server's own files, which stay hidden; what the agent " +
                    "writes to a home directory in it, your shell may run");
    return all;
  }
  [[nodiscard]] int restart_fd() const override { return services_.agent.restart_fd(); }
  [[nodiscard]] bool is_alive() override { return server_->is_alive(); }
  void begin_stop() override {
    services_.approvals.stop();  // no more requests can decide
    server_->begin_stop();
  }
  void abort() override {
    turns_.abort();  // first, so that they know why they are stopped
    outbound_.stop();
    server_->abort();
  }
  [[nodiscard]] Status reload() override {
    Status token = reload_token(credentials_);
    services_.credentials.also_mask(kDefaultAgent, "management token", credentials_.in_force.get());
    Status servers = services_.mcp.reload();
    return token ? servers : token;
  }
  [[nodiscard]] int ended_fd() const override { return server_->ended_fd(); }
  void finish(std::int64_t grace_ms) override {
    finished_ = true;
    clock_watch_.stop();
    services_.a2a.stopping();
    server_->join();
    services_.providers.stop();
    scheduler_.stop(std::chrono::milliseconds(grace_ms));  // running turns may still use outbound_ and pool_
    services_.improvement.stop();
    services_.mcp.stop();  // after the turns, and before outbound_, which closes its sessions
    outbound_.stop();
    services_.versions.stop();
    pool_.stop();
    retention_.stop();
    aging_.stop();
    services_.audit.stop();  // answers its pending requests while the connections still exist
    outside_.stop();
    (void)store_.drain();  // the events of requests
    groundwork_.signer->stop();
  }

 private:
  /// Every listener gets the surfaces that belong to it.
  void open(const ServeOptions& options, const Credentials& credentials, std::span<const Listening> listeners, TlsServer* tls) {
    std::vector<Surface> surfaces = all_surfaces(services_, credentials);
    std::vector<Listener> bound;
    for (const Listening& listener : listeners) {
      std::vector<Surface> here;
      for (Surface& surface : surfaces)
        if (surface.listener == listener.name) here.push_back(std::move(surface));
      const Dispatcher::Options wanted{
          options.behind_proxy, options.allowed_origins, options.rate_limit_rpm, {listener.url, options.public_url, options.server_names}};
      bound.push_back({&dispatchers_.emplace_back(platform_, std::move(here), wanted), listener.sockets, tls});
    }
    server_.emplace(options.limits, bound);
  }

  SystemClock clock_;
  Groundwork groundwork_;
  const Credentials credentials_;
  store::Store& store_;
  ClockWatch clock_watch_{store_, clock_, std::string(kDefaultAgent)};
  PendingRestart pending_restart_;
  WorkPool pool_;
  SettingsService settings_;
  Outbound outbound_;
  ServiceContext base_;
  OutsideChanges outside_{store_, groundwork_.files};
  const Platform platform_{store_, pool_, outside_};
  AgentLoop turns_;
  const AgentIdentity identity_;
  Services services_;
  AuditRetention retention_;
  a2a::Aging aging_;
  BuiltinTools tools_;
  ModelChoice models_;
  SlashCommands commands_;
  JobDelivery job_delivery_;
  Scheduler scheduler_;
  std::deque<Dispatcher> dispatchers_;
  std::optional<HttpServer> server_;
  bool finished_ = false;
};

}  // namespace

Result<std::unique_ptr<Composition>> Composition::start(const ServeOptions& options, const Credentials& credentials,
                                                        std::span<const Listening> listeners, TlsServer* tls) {
  auto groundwork = prepare(options, credentials);
  if (!groundwork) return fail(std::move(groundwork.error()));
  auto parts = std::make_unique<Parts>(std::move(*groundwork), options, credentials, listeners.front().url);
  if (auto status = parts->start(options, credentials, listeners, tls); !status) return fail(std::move(status.error()));
  return std::unique_ptr<Composition>(std::move(parts));
}

}  // namespace facio::serve
