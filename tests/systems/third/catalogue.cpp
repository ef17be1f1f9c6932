#include "tests/systems/third/catalogue.hpp"

#include "commands/catalogue_table.hpp"
#include "tests/systems/third/endpoints.hpp"

namespace facio::third {
namespace {

constexpr auto kDeclared = joined("third", kPaging, kEndpoints);
constexpr Area kAreas[] = {{"things", "What the third system keeps"}};

}  // namespace

FACIO_CATALOGUE(catalogue, kDeclared, kAreas)

}  // namespace facio::third
