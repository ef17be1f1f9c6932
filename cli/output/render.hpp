// From a reply's bytes to what the user sees.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/catalogue/endpoint.hpp"
#include "cli/core/utf8.hpp"
#include "cli/core/streams.hpp"

namespace facio {

enum class OutputFormat : std::uint8_t { table, wide, json, ndjson, yaml, csv, tsv, name, jsonpath, template_ };
/// A word of --output; "jsonpath=EXPR" and "template=TEXT" give their expression, too. False: unknown.
bool parse_output_format(std::string_view word, OutputFormat& format, std::string* expression = nullptr);
/// True for json, ndjson and yaml: errors are objects too.
bool is_machine_format(OutputFormat format);

enum class TimeStyle : std::uint8_t {
  automatic,
  relative,
  local,
  utc,
  unix_,
  both,  ///< "2026-11-20T07:00:00Z (in 2h)": what automatic means for a single object on a terminal
};
enum class ColorMode : std::uint8_t { automatic, always, never };

struct OutputOptions {
  OutputFormat format = OutputFormat::table;
  bool format_given = false;         ///< asked for by the user; a table then stays one where JSON is usual
  bool quiet = false;                ///< nothing on standard error but errors
  std::vector<std::string> fields;   ///< --fields a,b.c: only these, as json keys or as columns
  std::vector<std::string> columns;  ///< --columns a,+b,-c
  std::string sort_by;               ///< --sort-by path[:desc]
  std::string expression;            ///< of jsonpath and template
  std::string query;                 ///< --query: a jq filter
  std::string filter;                ///< --filter: which items
  bool headers = true;
  bool raw_units = false;                 ///< numbers, sizes and durations in tables as they came
  bool accessible = false;                ///< ACCESSIBLE=1: no glyph alone has a meaning, nothing is painted over
  TimeStyle time = TimeStyle::automatic;  ///< tables: relative on a terminal, RFC 3339 UTC elsewhere
  ColorMode color = ColorMode::automatic;
  int width = 0;            ///< terminal cells; 0: no limit, nothing is cut
  bool terminal = false;    ///< stdout is a terminal
  bool colored = false;     ///< decided by decide_color
  std::int64_t now_ms = 0;  ///< for relative times
};

/// Colour for a stream: --color > NO_COLOR > CLICOLOR_FORCE/FORCE_COLOR > terminal and TERM != dumb.
bool decide_color(ColorMode mode, const Environment& environment, bool terminal);

/// Prints one reply of `endpoint` (JSON, or text passed through). Code::server when the body is no JSON or not of the declared
/// form, Code::usage for an unknown column, Code::output when writing fails. An empty list says "no …" on `err` when that is a
/// terminal; a list that the agent cut says so on `err`, always when no flag could have asked for more. `count`, when given, gets
/// the number of items printed.
Status render(const Endpoint& endpoint, std::string_view body, const OutputOptions& options, Streams& streams,
              std::size_t* count = nullptr);
/// The same for JSON without a declaration (`api`): table means json here, unless the user asked for it.
Status render_json(std::string_view body, const OutputOptions& options, Streams& streams);
/// What `--fields help` / `--columns help` print: name, type and meaning of every field of a reply.
std::string fields_help(const Endpoint& endpoint);

/// One line for stderr ("facioctl: …; try: …"), or an error object in machine formats; without the line feed.
std::string render_error(const Error& error, OutputFormat format, std::string_view context_name);

/// Width in terminal cells of UTF-8 text.
int cell_width(std::string_view text);

}  // namespace facio
