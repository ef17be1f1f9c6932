// The agent as a whole: its state and its commands.
#pragma once

#include <memory>

#include "commands/serve/runtime/foundations.hpp"

namespace facio {

class SessionsService;
class ImprovementService;

/// Safe from any thread.
class AgentService {
 public:
  AgentService(const serve::Foundations& foundations, SessionsService& sessions, ImprovementService& improvement);
  ~AgentService();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace facio
