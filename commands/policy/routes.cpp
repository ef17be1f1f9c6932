// Routes of the policy area.
#include <span>

#include "commands/policy/service.hpp"
#include "commands/serve/runtime/runtime.hpp"

namespace facio::policy {

std::span<const serve::Route> routes() { return {}; }

}  // namespace facio::policy
