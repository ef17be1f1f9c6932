// What kind of body an answer has.
#pragma once

#include <string>
#include <string_view>

#include "cli/http/request.hpp"

namespace facio::http {

inline constexpr std::string_view kEventStream = "text/event-stream";

/// Whether a Content-Type names this type ("text/html", in lower case), in whatever case, with or without parameters.
bool is_media_type(std::string_view content_type, std::string_view type);

/// "compressed (gzip), which was not asked for"; empty for a body that is as it is. Judged by the headers and by its first bytes.
std::string foreign_coding(const Headers& headers, std::string_view body);
/// "a page of HTML: Sign in"; empty when it is none. Judged in the same way.
std::string foreign_page(const Headers& headers, std::string_view body);
/// What a body is that is not what was asked for, one of the two; empty when it is neither.
std::string foreign_body(const Headers& headers, std::string_view body);

}  // namespace facio::http
