#include "commands/policy/service.hpp"

namespace facio {

struct PolicyService::Impl {
  const serve::Foundations& base;
};

PolicyService::PolicyService(const serve::Foundations& foundations) : impl_(new Impl{.base = foundations}) {}
PolicyService::~PolicyService() = default;

}  // namespace facio
