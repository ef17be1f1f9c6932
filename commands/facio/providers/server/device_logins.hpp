// Logins by device that wait for a person: the server asks the authorization server again and again until it knows.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "commands/facio/providers/shapes.hpp"
#include "commands/serve/outbound/device_flow.hpp"

namespace facio::serve {

class WorkPool;

/// Holds logins in memory: none survives the process. Safe from any thread.
class DeviceLogins {
 public:
  /// What came of a login, to be made durable.
  struct Connected {
    const std::string& agent;
    const std::string& provider;
    const Secret& token;
    const std::optional<std::string>& account;
    std::function<bool()> wanted;  ///< whether the login was not cancelled meanwhile; to be asked where cancel() is called
  };
  using Keep = std::function<Status(const Connected&)>;

  /// `keep` is called on a thread of the pool.
  DeviceLogins(const Outbound& outbound, WorkPool& pool, Keep keep);
  ~DeviceLogins();

  /// Asks for a code, and starts to ask for the token in the background. A login that waits for the same provider is given up. Blocks.
  Result<ProviderLogin> start(std::string_view agent, std::string_view provider, const DeviceFlow& flow);
  /// How far a login is; finished ones are known for ten minutes. Code::not_found.
  Result<ProviderLoginState> state(std::string_view agent, std::string_view provider, std::string_view session);
  /// Gives up the login that waits for this provider, if there is one.
  void cancel(std::string_view agent, std::string_view provider, std::string_view why);
  /// Asks nobody any more. Requests that are on their way are ended by Outbound::stop.
  void stop();

 private:
  using Instant = std::chrono::steady_clock::time_point;
  struct Login;
  using LoginPtr = std::shared_ptr<Login>;

  void loop();
  Instant next_turn(Instant now);
  void ask(const LoginPtr& login);
  void settle(const LoginPtr& login, const TokenAnswer& answer);
  void connect(const LoginPtr& login, const Secret& token);
  void give_up(std::string_view agent, std::string_view provider, std::string_view why);

  const Outbound& outbound_;
  WorkPool& pool_;
  Keep keep_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, LoginPtr, std::less<>> logins_;
  std::thread thread_;  ///< started by the first login
  bool stopping_ = false;
};

}  // namespace facio::serve
