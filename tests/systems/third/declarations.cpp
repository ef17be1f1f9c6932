// What the third system declares, for the catalogue writer.
#include "cli/catalogue/writer/declarations.hpp"
#include "tests/systems/third/catalogue.hpp"
#include "tests/systems/third/endpoints.hpp"

namespace facio {

Declarations declarations() {
  return {
      .system = "third", .paging = third::kPaging, .endpoints = {third::kEndpoints}, .areas = {{"things", "What the third system keeps"}}};
}

}  // namespace facio
