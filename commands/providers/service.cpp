#include "commands/providers/service.hpp"

namespace facio {

struct ProvidersService::Impl {
  const serve::Foundations& base;
};

ProvidersService::ProvidersService(const serve::Foundations& foundations) : impl_(new Impl{.base = foundations}) {}
ProvidersService::~ProvidersService() = default;

}  // namespace facio
