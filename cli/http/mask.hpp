// Keeping secrets out of everything that is shown.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "cli/http/client.hpp"

namespace facio::http {

/// `text` with every occurrence of the request's secrets and of the token as "***", in their plain, JSON and percent-encoded
/// spelling. A secret of less than 4 bytes, which stands in every text by chance, is hidden where it is a whole JSON string.
std::string masked(std::string_view text, const Request& request, const Secret& token);
/// The same for an address; there a short secret is hidden where it is a whole segment of the path or value of the query.
std::string masked_url(std::string_view url, const Request& request, const Secret& token);

}  // namespace facio::http
