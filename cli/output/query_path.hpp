// The filters that are nothing but paths (".[].name", ".state | .last_status", "map(.name)"), without the library of jq.
#pragma once

#include <string>
#include <string_view>

#include "cli/output/query.hpp"

namespace facio::output {

/// Whether a filter is nothing but a path: members, elements, all elements, joined by dots or pipes; or the array of what a path gives.
bool is_path_query(std::string_view filter);

/// Appends the results as jq prints them in the pretty or the compact form. False, and `out` as it was, when the filter is more than a path
/// or the library has to say how a value is written: nested results, fractions, escapes, errors.
bool run_path_query(std::string_view filter, std::string_view json, QueryForm form, std::string& out);

}  // namespace facio::output
