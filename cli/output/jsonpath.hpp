// -o jsonpath=…: a text with paths in braces, in the dialect of kubectl.
#pragma once

#include <string>
#include <string_view>

#include "cli/core/result.hpp"

namespace facio::output {

/// Whether the text can be read. Code::usage with the position and what is wrong there.
Status check_jsonpath(std::string_view text);

/// Appends the text with its paths replaced by what they find in `json` (checked): values side by side with a blank between, texts as
/// they are, objects and arrays as JSON, nothing for what is not there. A text without braces is one path. For a list, `.items` is the
/// list itself. Code::usage for an index that is out of range and for types that cannot be compared; `out` is then as it was.
Status run_jsonpath(std::string_view text, std::string_view json, std::string& out);

}  // namespace facio::output
