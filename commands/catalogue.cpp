#include "cli/catalogue/catalogue.hpp"

extern "C" const unsigned char facio_catalogue_all[];

namespace facio {

const Catalogue& catalogue() noexcept {
  static constinit const Catalogue kAll(facio_catalogue_all);
  return kAll;
}

}  // namespace facio
