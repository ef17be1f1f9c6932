#include "commands/facio/catalogue.hpp"

extern "C" const unsigned char facio_catalogue_facio[];

namespace facio {

const Catalogue& facio_catalogue() noexcept {
  static constinit const Catalogue kAll(facio_catalogue_facio);
  return kAll;
}

}  // namespace facio
