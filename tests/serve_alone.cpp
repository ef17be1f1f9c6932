// In the place of commands/client_table.cpp and commands/systems.cpp: a program that only serves. Tests of the server are such, too.
#include "cli/command_line/client.hpp"
#include "commands/facio/system.hpp"
#include "commands/local/catalogue.hpp"

namespace facio {

ClientFunction client_function(std::string_view) { return nullptr; }

std::span<const System* const> systems() noexcept {
  static constexpr const System* kSystems[] = {&kFacio};
  return kSystems;
}

const Catalogue& local_commands() noexcept { return local_catalogue(); }

}  // namespace facio
