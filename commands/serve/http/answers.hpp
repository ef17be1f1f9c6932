// Failures as answers: contract section 1.6.
#pragma once

#include <string>
#include <string_view>

#include "cli/core/error.hpp"
#include "commands/serve/http/exchange.hpp"

namespace facio::serve {

/// The code as it may leave the server: those that only a client can have become 400 or 500.
Code wire_code(Code code);
/// The HTTP status of a failure.
unsigned status_of(Code code);

/// {"error":{"code","message","details"}} with its status: the form of a surface that has none of its own.
Answer error_answer(const Error& error);
/// The same in parts, for forms with further members: up to the message, and from the details on.
void begin_error(std::string& out, const Error& error);
void end_error(std::string& out, const Error& error);

}  // namespace facio::serve
