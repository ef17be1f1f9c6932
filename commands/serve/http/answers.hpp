// Failures as answers: contract section 1.6.
#pragma once

#include "cli/catalogue/endpoint.hpp"
#include "commands/serve/http/exchange.hpp"

namespace facio::serve {

/// The code as it may leave the server: those that only a client can have become 400 or 500.
Code wire_code(Code code);
/// The HTTP status of a failure.
unsigned status_of(Code code);
/// {"error":{"code","message","details"}} with its status.
Answer error_answer(const Error& error, Surface surface = Surface::local);

}  // namespace facio::serve
