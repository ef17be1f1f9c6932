#include "commands/agent/service.hpp"

namespace facio {

struct AgentService::Impl {
  const serve::Foundations& base;
  SessionsService& sessions;
  ImprovementService& improvement;
};

AgentService::AgentService(const serve::Foundations& foundations, SessionsService& sessions, ImprovementService& improvement)
    : impl_(new Impl{.base = foundations, .sessions = sessions, .improvement = improvement}) {}
AgentService::~AgentService() = default;

}  // namespace facio
