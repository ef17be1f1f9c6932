#include "commands/improvement/service.hpp"

namespace facio {

struct ImprovementService::Impl {
  const serve::Foundations& base;
  VersionsService& versions;
  SessionsService& sessions;
};

ImprovementService::ImprovementService(const serve::Foundations& foundations, VersionsService& versions, SessionsService& sessions)
    : impl_(new Impl{.base = foundations, .versions = versions, .sessions = sessions}) {}
ImprovementService::~ImprovementService() = default;

}  // namespace facio
