// Routes of the channels area.
#include <span>

#include "commands/channels/service.hpp"
#include "commands/serve/runtime/runtime.hpp"

namespace facio::channels {

std::span<const serve::Route> routes() { return {}; }

}  // namespace facio::channels
