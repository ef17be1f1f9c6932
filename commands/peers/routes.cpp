// Routes of the peers area.
#include <span>

#include "commands/peers/service.hpp"
#include "commands/serve/runtime/runtime.hpp"

namespace facio::peers {

std::span<const serve::Route> routes() { return {}; }

}  // namespace facio::peers
