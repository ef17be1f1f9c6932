// Routes of the agent area.
#include <span>

#include "commands/agent/service.hpp"
#include "commands/serve/runtime/runtime.hpp"

namespace facio::agent {

std::span<const serve::Route> routes() { return {}; }

}  // namespace facio::agent
