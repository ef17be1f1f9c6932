// The systems that this program speaks. The first is the default.
#include "cli/catalogue/system.hpp"
#include "commands/facio/system.hpp"
#include "commands/librefang/client/system.hpp"
#include "commands/local/catalogue.hpp"
#include "commands/placet/client/system.hpp"

namespace facio {

std::span<const System* const> systems() noexcept {
  static constexpr const System* kSystems[] = {&kFacio, &placet::kSystem, &librefang::kSystem};
  return kSystems;
}

const Catalogue& local_commands() noexcept { return local_catalogue(); }

}  // namespace facio
