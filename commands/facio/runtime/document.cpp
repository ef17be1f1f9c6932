#include "commands/facio/runtime/document.hpp"

#include "commands/facio/system.hpp"
#include "commands/serve/http/route.hpp"

namespace facio {

std::string DocumentService::get() const {
  static const std::string text = openapi_json(kFacio, version_, "/");
  return text;
}

namespace document {
std::span<const serve::RouteOf<DocumentService>> routes() {
  static constexpr serve::RouteOf<DocumentService> kRoutes[] = {{"openapi.get", serve::read_of<&DocumentService::get>}};
  return kRoutes;
}

}  // namespace document
}  // namespace facio
