// --all: every page of a list as one reply.
#pragma once

#include "cli/command_line/client.hpp"

namespace facio {

/// Reads the pages of the command's list one after the other, each as long as the endpoint allows, and gives one reply that has all
/// items. Each page begins with the last item of the one before: when that is not there, something was removed meanwhile, and reading
/// starts again. Code::usage for --limit beside --all, Code::conflict when the list never held still; failures of a page are its own.
Result<Response> read_all_pages(Client& client);

}  // namespace facio
