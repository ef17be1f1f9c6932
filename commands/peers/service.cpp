#include "commands/peers/service.hpp"

namespace facio {

struct PeersService::Impl {
  const serve::Foundations& base;
  const serve::Outbound& outbound;
};

PeersService::PeersService(const serve::Foundations& foundations, const serve::Outbound& outbound)
    : impl_(new Impl{.base = foundations, .outbound = outbound}) {}
PeersService::~PeersService() = default;

}  // namespace facio
