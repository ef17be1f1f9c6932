// What the services of all areas need.
#pragma once

#include <memory>
#include <string>

#include "commands/serve/standing_troubles.hpp"

namespace facio {
class SettingsService;
class WorkspaceFiles;
namespace store {
class Store;
}
}  // namespace facio

namespace facio::serve {

class Clock;
class Outbound;
class WorkPool;
class PendingRestart;
class Vault;

/// All of it outlives the services.
struct ServiceContext {
  store::Store& store;
  const Clock& clock;
  WorkPool& pool;  ///< for everything that blocks
  PendingRestart& pending_restart;
  const Vault& vault;     ///< seals secrets for the store
  WorkspaceFiles& files;  ///< the agent's workspace
  SettingsService& settings;
  std::string data;     ///< private directory of the server; with --memory a temporary one, gone at the end
  bool memory = false;  ///< nothing is stored on disk
  std::shared_ptr<StandingTroubles> troubles = std::make_shared<StandingTroubles>();
};

}  // namespace facio::serve
