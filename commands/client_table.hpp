// Commands that are more than send-and-print.
#pragma once

#include <span>

#include "cli/command_line/client.hpp"

namespace facio {

/// Every client function, by endpoint id. `serve` is bound by main.
std::span<const ClientEntry> client_table();

}  // namespace facio
