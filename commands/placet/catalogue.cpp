#include "commands/placet/catalogue.hpp"

extern "C" const unsigned char facio_catalogue_placet[];

namespace facio::placet {

const Catalogue& catalogue() noexcept {
  static constinit const Catalogue kAll(facio_catalogue_placet);
  return kAll;
}

}  // namespace facio::placet
