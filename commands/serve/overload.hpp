// Refusals of work that would fit a little later.
#pragma once

#include <string>

#include "cli/core/error.hpp"

namespace facio::serve {

/// Code::unavailable: the server has too much to do; Code::throttled: this client has. The hint says how long to wait, and so does the
/// answer's Retry-After.
Error overloaded(Code code, std::string message, unsigned wait_s = 5);
/// The seconds that a refusal advises to wait; 0 when it advises nothing.
unsigned advised_wait(const Error& error);
/// The header line that says the same; empty when it advises nothing.
std::string retry_after_line(const Error& error);

}  // namespace facio::serve
