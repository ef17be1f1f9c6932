#include "commands/local/catalogue.hpp"

extern "C" const unsigned char facio_catalogue_local[];

namespace facio {

const Catalogue& local_catalogue() noexcept {
  static constinit const Catalogue kAll(facio_catalogue_local);
  return kAll;
}

}  // namespace facio
