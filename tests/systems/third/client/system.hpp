// What the engine has to know of the third system.
#pragma once

#include "cli/catalogue/system.hpp"

namespace facio::third {

extern const System kSystem;

}  // namespace facio::third
