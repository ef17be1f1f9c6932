// Values of jq from JSON text and back. The library's own reader and writer go byte by byte; these go string by string.
#pragma once

#include <string>
#include <string_view>

#include "cli/output/jq_library.hpp"

namespace facio::output {

/// The value of checked JSON (cli/core/json_scan). The caller frees it.
jv jq_value(const JqLibrary& jq, std::string_view json);

/// Appends the value as jq prints it, `indent` columns a level (0: on one line), and frees it.
void append_jq_value(const JqLibrary& jq, std::string& out, jv value, int indent);

}  // namespace facio::output
