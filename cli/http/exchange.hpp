// Reading one HTTP/1.1 answer. The only file behind it that knows Boost.Beast.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "cli/http/connection.hpp"
#include "cli/http/request.hpp"

namespace facio::http {

struct Answer {
  Response response;
  std::string reason;
  std::vector<std::pair<std::string, std::string>> headers;
  bool keep_alive = false;
};

/// Reads one whole answer; informational ones (1xx) are skipped. `without_body`: the request was HEAD.
Outcome<Answer> read_answer(Connection& connection, bool without_body, Instant deadline, std::size_t limit);

}  // namespace facio::http
