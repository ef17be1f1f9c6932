// Rows that are listed, and then come one by one over a stream.
#pragma once

#include "cli/command_line/client.hpp"

namespace facio::librefang {

/// Ids of the endpoints; both give rows with the member "id".
struct Rows {
  std::string_view list;
  std::string_view stream;
};

/// Prints the newest rows, as many as --limit says, and with --follow those that come after them. A connection that is lost is made again,
/// and what was missed meanwhile is printed; which of both happens is told on standard error.
Result<int> show_rows(Client& client, const Rows& rows);

}  // namespace facio::librefang
