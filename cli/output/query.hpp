// --query: a reply through a filter in the language of jq.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cli/core/result.hpp"

namespace facio::output {

enum class QueryForm : std::uint8_t {
  pretty,   ///< as jq prints by default
  compact,  ///< as jq -c: one result on a line
  text,     ///< one result on a line: a text as it is, the elements of an array between tabs; escaped as in -o tsv
  yaml,     ///< one document for each result
};

/// Compiles a filter and keeps it for run_query(). Code::usage with jq's words, Code::unsupported where libjq is missing.
Status prepare_query(const std::string& filter);

/// Appends the results of the filter for one value of checked JSON, byte for byte what jq prints. What the filter says by `debug` goes
/// to `notes`. When the filter fails, Code::usage with jq's words (Code::failed for `halt_error`), and `out` is as it was.
Status run_query(const std::string& filter, std::string_view json, QueryForm form, std::string& out, std::string& notes);

}  // namespace facio::output
