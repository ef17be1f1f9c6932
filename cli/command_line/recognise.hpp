// Which system answers at an address.
#pragma once

#include "cli/catalogue/system.hpp"
#include "cli/contexts/contexts.hpp"

namespace facio {

/// A system that tells itself apart (Checkup::sign), and its version.
struct Recognised {
  const System* system = nullptr;  ///< null: none of these, or no answer
  std::string version = {};
};

/// Asks at the address of a context, without its token, for at most two seconds.
Recognised recognise(const Context& context, const Environment& environment, bool by_proxy);

}  // namespace facio
