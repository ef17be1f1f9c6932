#include "commands/placet/catalogue.hpp"

#include "commands/catalogue_table.hpp"
#include "commands/placet/endpoints.hpp"

namespace facio::placet {
namespace {

constexpr auto kDeclared = joined("placet", Paging(), kEndpoints);
constexpr std::array<Area, 0> kAreas{};

}  // namespace

FACIO_CATALOGUE(catalogue, kDeclared, kAreas)

}  // namespace facio::placet
