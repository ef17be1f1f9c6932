#include "tests/systems/third/catalogue.hpp"

extern "C" const unsigned char facio_catalogue_third[];

namespace facio::third {

const Catalogue& catalogue() noexcept {
  static constinit const Catalogue kAll(facio_catalogue_third);
  return kAll;
}

}  // namespace facio::third
