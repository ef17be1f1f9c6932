// All sessions that match a filter, page by page.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cli/command_line/client.hpp"

namespace facio::sessions {

/// Parameters of sessions.list by name.
using Filters = std::map<std::string, std::string, std::less<>>;

struct Found {
  std::vector<std::string> keys;
  std::string items = "[";  ///< the sessions themselves, as a JSON array
};

/// Reads every page first, so that what the caller does to sessions cannot shift the pages.
Result<Found> list_all(Client& client, const Filters& filters);

}  // namespace facio::sessions
