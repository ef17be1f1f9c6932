// Routes of the providers area.
#include <span>

#include "commands/providers/service.hpp"
#include "commands/serve/runtime/runtime.hpp"

namespace facio::providers {

std::span<const serve::Route> routes() { return {}; }

}  // namespace facio::providers
