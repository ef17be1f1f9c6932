// The head of a request.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "cli/http/address.hpp"
#include "cli/http/request.hpp"

namespace facio::http {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// All headers of a request but Authorization. Code::usage when the request cannot be put on the wire as it is.
Result<Headers> headers_of(const Address& address, const Request& request, std::string_view request_id);

}  // namespace facio::http
