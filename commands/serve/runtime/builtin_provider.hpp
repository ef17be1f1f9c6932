// The provider `builtin`: works without a key and without a network, and says only what is true. Deterministic.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "commands/serve/runtime/turn.hpp"

namespace facio {
class SettingsService;
namespace store {
class Store;
}
}  // namespace facio

namespace facio::serve {

/// A message that begins with / is a command: /help, /version, /status, /echo TEXT, /fail TEXT (ends in an error), /sleep DURATION
/// (waits; stop() and cancel() cut it off); an unknown one is an error. Any other message is answered by a description of what was asked and
/// of what the agent has. Each turn has a thread; threads are started when they are needed, up to `threads`, and kept.
class BuiltinProvider final : public AgentTurn {
 public:
  BuiltinProvider(store::Store& store, SettingsService& settings, std::string version, unsigned threads = 64);
  ~BuiltinProvider() override;

  void run(TurnRequest request, TurnHooks hooks, UniqueFunction<void(TurnResult)> done) override;
  using AgentTurn::run;
  std::size_t cancel(std::string_view agent, std::string_view session_key) override;
  [[nodiscard]] bool busy(std::string_view agent, std::string_view session_key) const override;
  void stop(std::chrono::milliseconds grace) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace facio::serve
