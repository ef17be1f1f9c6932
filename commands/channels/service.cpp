#include "commands/channels/service.hpp"

namespace facio {

struct ChannelsService::Impl {
  const serve::Foundations& base;
};

ChannelsService::ChannelsService(const serve::Foundations& foundations) : impl_(new Impl{.base = foundations}) {}
ChannelsService::~ChannelsService() = default;

}  // namespace facio
