#include "commands/sessions/service.hpp"

namespace facio {

struct SessionsService::Impl {
  const serve::Foundations& base;
};

SessionsService::SessionsService(const serve::Foundations& foundations) : impl_(new Impl{.base = foundations}) {}
SessionsService::~SessionsService() = default;

}  // namespace facio
