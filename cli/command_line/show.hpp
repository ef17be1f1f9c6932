// Requests that are shown instead of sent: --dry-run and --curl.
#pragma once

#include "cli/command_line/client.hpp"

namespace facio {

/// Where a resolved context's requests go.
Target target_of(const ResolvedTarget& resolved);

/// For --dry-run=check: reads what the request would change and tells on standard output how it is now. Code::not_found, Code::conflict
/// and Code::forbidden when the request would fail so.
Status show_present_state(Client& client, const Request& request);

}  // namespace facio
