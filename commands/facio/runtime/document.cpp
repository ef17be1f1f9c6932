#include "commands/facio/runtime/document.hpp"

#include "commands/facio/system.hpp"
#include "commands/facio/runtime/runtime.hpp"

namespace facio::serve {
namespace {

Result<Reply> document(Runtime& runtime, Call&) {
  static const std::string text = openapi_json(kFacio, runtime.version, "/");
  return Reply{.body = text};
}

constexpr Route kRoutes[] = {{.id = "openapi.get", .read = document}};

}  // namespace

std::span<const Route> own_routes() { return kRoutes; }

}  // namespace facio::serve
