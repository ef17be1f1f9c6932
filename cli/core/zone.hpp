// Time zone names of the IANA database.
#pragma once

#include <string_view>

namespace facio {

/// True when the system's zone database has this name ("Europe/Berlin"). Where there is no database at all, every well-formed name
/// is accepted: the server decides then.
bool zone_exists(std::string_view name);

}  // namespace facio
