// All sessions that fit a filter, page by page.
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

/// Reads every page before anything is done to what is listed.
Result<Found> list_all(Client& client, const Filters& filters);
/// What --dry-run and --curl print: the request for the first page.
Result<int> show_list_request(Client& client, const Filters& filters);
/// The table of what was found, on standard error.
Status show_found(Client& client, const Found& found);
/// What is written for a session that is gone.
std::string deleted_line(const std::string& key, bool machine);

}  // namespace facio::sessions
