// What Placet's own API declares, for the catalogue writer.
#include "cli/catalogue/writer/declarations.hpp"
#include "commands/placet/endpoints.hpp"

namespace facio {

Declarations declarations() { return {.system = "placet", .endpoints = {placet::kEndpoints}}; }

}  // namespace facio
