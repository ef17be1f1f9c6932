// Routes of the credentials area.
#include <span>

#include "commands/credentials/service.hpp"
#include "commands/serve/runtime/runtime.hpp"

namespace facio::credentials {

std::span<const serve::Route> routes() { return {}; }

}  // namespace facio::credentials
