// The languages in which an answer can be asked for a part of itself: --query, -o jsonpath= and -o template=.
//
// What reads the text of an expression gives Code::usage with the position and what is wrong there. What runs one takes checked JSON,
// appends to `out`, and leaves that as it was when it fails.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cli/output/render.hpp"

namespace facio::output {

/// Checks --query, --filter, -o jsonpath= and template= before anything is sent. Code::usage when one of them cannot be read or does not
/// go with this command, Code::unsupported where jq's library is missing.
Status check_expressions(const Endpoint& endpoint, const OutputOptions& options);
/// The same, and for a command that changes something also --columns, --fields, --sort-by and -o name by what is declared of its answer:
/// afterwards it would be too late to refuse them.
Status check_before(const Endpoint& endpoint, const OutputOptions& options);
/// Whether the format, or --query, makes text of its own from the whole answer.
bool is_expression(const OutputOptions& options);
/// The result of --query, -o jsonpath= or template= for one value; `compact`: each result on one line. `notes` gets what a filter prints
/// besides its results.
Status append_expression(std::string_view json, const OutputOptions& options, bool compact, std::string& out, std::string& notes);

enum class QueryForm : std::uint8_t {
  pretty,         ///< as jq prints by default
  compact,        ///< as jq -c: one result a line
  text,           ///< one result a line: strings without quotes, the elements of an array separated by tabs, escaped as in -o tsv
  harmless_text,  ///< the same, with strings as harmless_cell() has them
  yaml,           ///< one document for each result
};
/// Compiles a jq filter and keeps it for run_query(). Code::unsupported where libjq is missing.
Status prepare_query(const std::string& filter);
/// The results of the filter, byte for byte as jq prints them; output of `debug` goes to `notes`. Integers beyond 2^53 stay
/// exact: Code::usage for a filter that computes with them. The same with jq's message when the filter fails, Code::failed for
/// `halt_error`.
Status run_query(const std::string& filter, std::string_view json, QueryForm form, std::string& out, std::string& notes);

/// Whether a jq filter is nothing but a path: members, elements, all elements, joined by dots or pipes (".[].name", ".state | .last"); or
/// the array of what a path gives ("map(.name)").
bool is_path_query(std::string_view filter);
/// The results of such a filter without libjq, in the pretty or the compact form. False, and `out` as it was, when the filter is more
/// than a path or only the library knows how jq writes a value: nested results, fractions, escapes, errors.
bool run_path_query(std::string_view filter, std::string_view json, QueryForm form, std::string& out);

Status check_jsonpath(std::string_view text);
/// Text with paths in braces, in kubectl's dialect; text without braces is one path. Values are separated by a blank, strings are printed
/// without quotes, objects and arrays as JSON, absent values not at all. For a list, `.items` is the list itself. Code::usage for an index
/// out of range and for types that cannot be compared.
Status run_jsonpath(std::string_view text, std::string_view json, std::string& out);

Status check_template(std::string_view text);
/// Text with actions in double braces: the useful part of Go's templates. `now_ms` is what relative times count from. Code::usage with the
/// position of an action that fails.
Status run_template(std::string_view text, std::string_view json, std::int64_t now_ms, std::string& out);

}  // namespace facio::output
