// Routes of the versions area.
#include <span>

#include "commands/versions/service.hpp"
#include "commands/serve/runtime/runtime.hpp"

namespace facio::versions {

std::span<const serve::Route> routes() { return {}; }

}  // namespace facio::versions
