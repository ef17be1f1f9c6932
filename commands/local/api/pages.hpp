// facioctl api --all: every page of a list, at any route.
#pragma once

#include "cli/command_line/client.hpp"

namespace facio::api {

/// Asks for page after page and prints {"items":[…],"total":…}. The list is the answer itself, its member `items`, or its only array;
/// what follows is asked for as the system of the context does. Code::usage for a request that does not read, or has a position already;
/// Code::server for an answer without a list.
Status print_all_pages(Client& client, const Request& request);

}  // namespace facio::api
