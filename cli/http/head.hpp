// The head of a request.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "cli/http/address.hpp"
#include "cli/http/request.hpp"

namespace facio::http {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// The value of the first header of this name, in any case; empty when there is none.
std::string_view find_header(const Headers& headers, std::string_view name);

/// Whether it can be a token, or a header's name: neither blanks nor control characters nor anything beyond ASCII. Nothing passes.
bool is_token(std::string_view text);
/// Whether it can be a header's value.
bool is_header_value(std::string_view text);

/// Adds to a request's head a line whose value may be a secret: `before`, e.g. "Authorization: Bearer ", and the value. No copy of what
/// stands there is left behind in a smaller buffer.
void append_secret_line(std::string& head, std::string_view before, std::string_view value);

/// All headers of a request but Authorization. Code::usage when the request cannot be put on the wire as it is.
Result<Headers> headers_of(const Address& address, const Request& request, std::string_view request_id);

}  // namespace facio::http
