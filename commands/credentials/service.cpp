#include "commands/credentials/service.hpp"

namespace facio {

struct CredentialsService::Impl {
  const serve::Foundations& base;
};

CredentialsService::CredentialsService(const serve::Foundations& foundations) : impl_(new Impl{.base = foundations}) {}
CredentialsService::~CredentialsService() = default;

}  // namespace facio
