// Pending device logins: polls the authorization server until a person has confirmed or refused.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "commands/facio/providers/shapes.hpp"
#include "commands/serve/outbound/device_flow.hpp"
#include "commands/serve/thread.hpp"

namespace facio::serve {

class WorkPool;

/// Logins live in memory only. Safe from any thread.
class DeviceLogins {
 public:
  /// The outcome of a login, to be stored.
  struct Connected {
    const std::string& agent;
    const std::string& provider;
    const Secret& token;
    const Secret& answer;  ///< the whole answer that held it, JSON
    const std::optional<std::string>& account;
    std::function<bool()> still_pending;  ///< false once it was cancelled; to be called in the unit of work that stores the token
  };
  using Store = std::function<Status(const Connected&)>;

  /// `store` is called on a thread of the pool.
  DeviceLogins(const Outbound& outbound, WorkPool& pool, Store store);
  ~DeviceLogins();

  /// Requests a code, and starts polling for the token in the background. Cancels a pending login of the same provider. Blocks.
  Result<ProviderLogin> start(std::string_view agent, std::string_view provider, const DeviceFlow& flow);
  /// The state of a login; finished ones are kept for ten minutes. Code::not_found.
  Result<ProviderLoginState> state(std::string_view agent, std::string_view provider, std::string_view session);
  /// Cancels the pending login of this provider, if there is one.
  void cancel(std::string_view agent, std::string_view provider, std::string_view why);
  /// Stops polling. Requests in flight are ended by Outbound::stop.
  void stop();

 private:
  using Instant = std::chrono::steady_clock::time_point;
  struct Login;
  using LoginPtr = std::shared_ptr<Login>;

  void loop();
  Instant next_turn(Instant now);
  void ask(const LoginPtr& login);
  void settle(const LoginPtr& login, const TokenAnswer& answer);
  void connect(const LoginPtr& login, const TokenAnswer& answer);
  void abandon(std::string_view agent, std::string_view provider, std::string_view why);

  const Outbound& outbound_;
  WorkPool& pool_;
  Store store_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, LoginPtr, std::less<>> logins_;
  Thread thread_;  ///< started by the first login
  bool stopping_ = false;
};

}  // namespace facio::serve
