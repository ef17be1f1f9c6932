#include "commands/facio/providers/server/device_logins.hpp"

#include <algorithm>
#include <chrono>

#include "cli/core/encoding.hpp"
#include "commands/serve/trouble.hpp"
#include "commands/serve/work_pool.hpp"

namespace facio::serve {

using std::chrono::seconds;
using std::chrono::steady_clock;

namespace {

constexpr seconds kKept{600};         // how long a finished login can be asked about
constexpr seconds kSlower{5};         // RFC 8628, 3.5: what slow_down adds
constexpr seconds kLongestPause{60};  // between two attempts while the network fails

}  // namespace

struct DeviceLogins::Login {
  std::string id, agent, provider;
  DeviceFlow flow;
  Secret device_code;
  seconds interval{5};
  seconds pause{5};  ///< until the next attempt: the interval, or longer while the network fails
  Instant next, expires;
  Instant forgotten = Instant::max();
  bool busy = false;  ///< a request is in flight
  bool pending = true;
  ProviderLoginState state{.status = "pending"};

  void finish(std::string status, std::optional<std::string> error) {
    pending = false;
    state.status = std::move(status);
    state.error = std::move(error);
    device_code = Secret();
    forgotten = steady_clock::now() + kKept;
  }
};

DeviceLogins::DeviceLogins(const Outbound& outbound, WorkPool& pool, Store store)
    : outbound_(outbound), pool_(pool), store_(std::move(store)) {}
DeviceLogins::~DeviceLogins() { stop(); }

void DeviceLogins::stop() {
  {
    const std::lock_guard guard(mutex_);
    stopping_ = true;  // from here on start() refuses, so thread_ stays as it is
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void DeviceLogins::abandon(std::string_view agent, std::string_view provider, std::string_view why) {
  for (const auto& [id, login] : logins_)
    if (login->pending && login->agent == agent && login->provider == provider) login->finish("error", std::string(why));
}

void DeviceLogins::cancel(std::string_view agent, std::string_view provider, std::string_view why) {
  const std::lock_guard guard(mutex_);
  abandon(agent, provider, why);
  changed_.notify_all();
}

Result<ProviderLogin> DeviceLogins::start(std::string_view agent, std::string_view provider, const DeviceFlow& flow) {
  auto code = request_device_code(outbound_, flow);
  if (!code) return fail(std::move(code.error()));
  auto login = std::make_shared<Login>();
  login->id = random_hex(16);
  login->agent = agent;
  login->provider = provider;
  login->flow = flow;
  login->device_code = std::move(code->device_code);
  login->interval = login->pause = seconds(code->interval);
  const Instant now = steady_clock::now();
  login->next = now + login->pause;
  login->expires = now + seconds(code->expires_in);

  const std::lock_guard guard(mutex_);
  if (stopping_) return fail(Code::unavailable, "the server is stopping");
  if (!thread_.joinable()) {
    auto thread = Thread::start("the logins at providers", [this] { loop(); });
    if (!thread) return fail(std::move(thread.error()));
    thread_ = std::move(*thread);
  }
  abandon(agent, provider, "replaced by a newer login");
  logins_.emplace(login->id, login);
  changed_.notify_all();
  return ProviderLogin{.sessionId = login->id,
                       .mode = "device",
                       .userCode = std::move(code->user_code),
                       .verificationUri = std::move(code->verification_uri),
                       .verificationUriComplete = std::move(code->verification_uri_complete),
                       .expiresIn = code->expires_in,
                       .interval = code->interval};
}

Result<ProviderLoginState> DeviceLogins::state(std::string_view agent, std::string_view provider, std::string_view session) {
  const std::lock_guard guard(mutex_);
  const auto found = logins_.find(session);
  if (found == logins_.end() || found->second->agent != agent || found->second->provider != provider)
    return fail(Code::not_found, "unknown login session for " + std::string(provider) + " (it may have expired); start a new one",
                "facioctl providers login " + std::string(provider));
  return found->second->state;
}

/// Polls the logins that are due and drops expired ones; returns when to look again. Requires: mutex_ held.
DeviceLogins::Instant DeviceLogins::next_turn(Instant now) {
  Instant next = Instant::max();
  std::erase_if(logins_, [&](const auto& entry) { return !entry.second->busy && entry.second->forgotten <= now; });
  for (const auto& [id, login] : logins_) {
    if (login->pending && !login->busy) {
      if (login->expires <= now) login->finish("error", "expired");
      else if (login->next <= now) ask(login);
    }
    if (login->busy) continue;  // its answer wakes the loop
    next = std::min(next, login->pending ? std::min(login->next, login->expires) : login->forgotten);
  }
  return next;
}

/// Requires: mutex_ held.
void DeviceLogins::ask(const LoginPtr& login) {
  login->busy = true;
  auto task = [this, login, code = login->device_code] {
    const TokenAnswer answer = request_token(outbound_, login->flow, code);
    if (answer.kind == TokenAnswer::Kind::token) connect(login, answer);
    else settle(login, answer);
  };
  if (pool_.submit(std::move(task))) return;
  login->busy = false;
  login->next = steady_clock::now() + login->pause;
}

void DeviceLogins::settle(const LoginPtr& login, const TokenAnswer& answer) {
  using Kind = TokenAnswer::Kind;
  const std::lock_guard guard(mutex_);
  login->busy = false;
  changed_.notify_all();
  if (!login->pending) return;
  if (answer.kind == Kind::failed) return login->finish("error", answer.error);
  if (answer.kind == Kind::slow_down) login->interval = std::max(login->interval + kSlower, seconds(answer.interval));
  // RFC 8628, 3.5: back off while the server cannot be reached.
  login->pause = answer.kind == Kind::trouble ? std::min(login->pause * 2, std::max(kLongestPause, login->interval)) : login->interval;
  login->next = steady_clock::now() + login->pause;
}

void DeviceLogins::connect(const LoginPtr& login, const TokenAnswer& answer) {
  const auto account = login->flow.user_url.empty() ? std::nullopt : request_account(outbound_, login->flow, answer.token);
  const auto still_pending = [this, login] {
    const std::lock_guard guard(mutex_);
    return login->pending;
  };
  const Status kept = store_({.agent = login->agent,
                              .provider = login->provider,
                              .token = answer.token,
                              .answer = answer.answer,
                              .account = account,
                              .still_pending = still_pending});
  const std::lock_guard guard(mutex_);
  login->busy = false;
  changed_.notify_all();
  if (!login->pending) return;
  login->state.account = account;
  if (kept) login->finish("ok", std::nullopt);
  else login->finish("error", "the token cannot be stored: " + kept.error().message());
}

void DeviceLogins::loop() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    Instant next = steady_clock::now() + kSlower;
    (void)contained("the logins at providers", [&] { next = next_turn(steady_clock::now()); });
    if (next == Instant::max()) changed_.wait(lock);
    else changed_.wait_until(lock, next);
  }
}

}  // namespace facio::serve
