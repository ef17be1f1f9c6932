// The status line and headers of an answer, as one piece of text.
#pragma once

#include <string>
#include <string_view>

#include "commands/serve/http/exchange.hpp"

namespace facio::serve {

/// What the answer says about the connection. HTTP/1.1 keeps it without words.
enum class Connection : std::uint8_t { implied, keep, close };
/// How the end of the body is told.
enum class Framing : std::uint8_t { length, chunked, closing };

/// The standard words for a status ("Not Found").
std::string_view reason_of(unsigned status);

/// Replaces `out` by everything that stands before the body.
void write_reply_head(std::string& out, const Answer& answer, std::string_view date_line, Connection connection,
                      Framing framing = Framing::length);

}  // namespace facio::serve
