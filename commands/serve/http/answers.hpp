// Errors as answers: contract section 1.6.
#pragma once

#include <string>

#include "cli/core/error.hpp"
#include "commands/serve/http/exchange.hpp"

namespace facio::serve {

/// The code as sent to clients: those of the client side become 400 or 500.
Code wire_code(Code code);
unsigned status_of(Code code);

/// {"error":{"code","message","details"}} with its status: the default form of a surface.
Answer error_answer(const Error& error);
/// The same in two parts, for forms with more members: up to the message, and from the details on.
void begin_error(std::string& out, const Error& error);
void end_error(std::string& out, const Error& error);

}  // namespace facio::serve
