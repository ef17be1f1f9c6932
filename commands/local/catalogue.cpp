#include "commands/local/catalogue.hpp"

#include "cli/catalogue/name_source.hpp"

extern "C" const unsigned char facio_catalogue_local[];

namespace facio {

const Catalogue& local_catalogue() noexcept {
  static constinit const Catalogue kAll(facio_catalogue_local);
  return kAll;
}

std::string_view shared_name_sources() noexcept {
  return "* context @contexts\n"
         "context name @contexts\n"
         "auth name @contexts\n"
         "doctor contexts @contexts\n"
         "* group @groups\n"
         "man page @pages\n"
         "config key @config\n"
         "wait for @states\n"
         "schema id @endpoints\n"
         "api request @paths\n";
}

}  // namespace facio
