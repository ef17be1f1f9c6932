#include "commands/peers/service.hpp"

namespace facio {

struct PeersService::Impl {
  const serve::Foundations& base;
};

PeersService::PeersService(const serve::Foundations& foundations) : impl_(new Impl{.base = foundations}) {}
PeersService::~PeersService() = default;

}  // namespace facio
