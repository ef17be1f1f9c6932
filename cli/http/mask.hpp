// Keeping secrets out of everything that is shown.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "cli/http/client.hpp"

namespace facio::http {

/// `text` with every occurrence of the request's secrets and of the token as "***", in their plain, JSON and percent-encoded spelling.
std::string masked(std::string_view text, const Request& request, const Secret& token);

}  // namespace facio::http
