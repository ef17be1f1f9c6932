#include "commands/serve/composition.hpp"

#include <chrono>
#include <optional>
#include <vector>

#include "cli/catalogue/catalogue.hpp"
#include "commands/audit/service.hpp"
#include "commands/cron/service.hpp"
#include "commands/routes.hpp"
#include "commands/serve/http/dispatcher.hpp"
#include "commands/serve/http/server.hpp"
#include "commands/serve/runtime/builtin_provider.hpp"
#include "commands/serve/runtime/request_audit.hpp"
#include "commands/serve/runtime/runtime.hpp"
#include "commands/serve/runtime/scheduler.hpp"
#include "commands/serve/surfaces/document.hpp"
#include "commands/settings/service.hpp"

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

/// The members stand in the order in which they are built; they end the other way round.
class Parts final : public Composition {
 public:
  explicit Parts(std::unique_ptr<store::Store> opened)
      : store_(std::move(opened)),
        settings_(*store_),
        audit_(std::make_unique<AuditService>(*store_, clock_)),
        cron_(*store_, settings_, clock_),
        turns_(*store_, settings_, std::string(kVersion)),
        scheduler_(*store_, cron_, settings_, clock_, turns_),
        runtime_{.store = *store_,
                 .clock = clock_,
                 .settings = settings_,
                 .cron = cron_,
                 .audit = *audit_,
                 .started_ms = clock_.now_ms(),
                 .version = std::string(kVersion)},
        log_(*store_) {}

  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;
  ~Parts() override {
    if (!server_ || finished_) return;
    server_->abort();
    Parts::finish(0);
  }

  Status start(const ServeOptions& options, const Credentials& credentials, const Listening& listening) {
    if (auto status = settings_.load(kDefaultAgent); !status) return status;
    if (auto status = scheduler_.start(); !status) return status;
    dispatcher_.emplace(runtime_, log_, catalogue(), routes(), surfaces(options, credentials));
    server_.emplace(*dispatcher_, options.limits, listening.sockets);
    server_->start();
    return {};
  }

  void begin_stop() override { server_->begin_stop(); }
  void abort() override { server_->abort(); }
  [[nodiscard]] int ended_fd() const override { return server_->ended_fd(); }
  void finish(std::int64_t grace_ms) override {
    finished_ = true;
    server_->join();
    scheduler_.stop(std::chrono::milliseconds(grace_ms));
    audit_.reset();  // answers what was asked of it: the connections must still be there to hear it
    log_.drain();
  }

 private:
  SystemClock clock_;
  std::unique_ptr<store::Store> store_;
  SettingsService settings_;
  std::unique_ptr<AuditService> audit_;
  CronService cron_;
  BuiltinProvider turns_;
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
  auto opened = store::open_sqlite({.directory = options.memory ? std::string{} : options.data});
  if (!opened) return fail(std::move(opened.error()));
  auto parts = std::make_unique<Parts>(std::move(*opened));
  if (auto status = parts->start(options, credentials, listening); !status) return fail(std::move(status.error()));
  return std::unique_ptr<Composition>(std::move(parts));
}

}  // namespace facio::serve
