// The status line and headers of an answer, as one piece of text.
#pragma once

#include <string>
#include <string_view>

#include "commands/serve/http/exchange.hpp"

namespace facio::serve {

/// What the answer says about the connection, which HTTP/1.1 keeps open implicitly.
enum class Connection : std::uint8_t { implied, keep, close };
/// What marks the end of the body.
enum class Framing : std::uint8_t { length, chunked, closing };

/// Replaces `out` by everything before the body.
void write_reply_head(std::string& out, const Answer& answer, std::string_view date_line, Connection connection,
                      Framing framing = Framing::length);

}  // namespace facio::serve
