// When a request may be sent again, as the answer says.
#pragma once

#include <cstdint>
#include <optional>

#include "cli/http/request.hpp"

namespace facio::http {

/// The wait in milliseconds that an answer asks for: Retry-After in seconds, also with a fraction, or as a date in any of HTTP's forms
/// (counted from the answer's own Date, else from `now_ms`); retry-after-ms goes before it. 0 for a date in the past; at most a year.
std::optional<std::int64_t> retry_after_ms(const Headers& headers, std::int64_t now_ms);

}  // namespace facio::http
