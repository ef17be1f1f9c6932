// Routes of the sessions area.
#include <span>

#include "commands/sessions/service.hpp"
#include "commands/serve/runtime/runtime.hpp"

namespace facio::sessions {

std::span<const serve::Route> routes() { return {}; }

}  // namespace facio::sessions
