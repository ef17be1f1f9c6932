// -o template=…: a text with actions in double braces, the useful part of Go's templates.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cli/core/result.hpp"

namespace facio::output {

/// Whether the template can be read. Code::usage with the position and what is wrong there.
Status check_template(std::string_view text);

/// Appends the template carried out for `json` (checked). `now_ms` is what relative times count from. Code::usage with the position of
/// an action that cannot be carried out; `out` is then as it was.
Status run_template(std::string_view text, std::string_view json, std::int64_t now_ms, std::string& out);

}  // namespace facio::output
