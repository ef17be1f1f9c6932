// From a reply's bytes to what the user sees.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/catalogue/endpoint.hpp"
#include "cli/core/utf8.hpp"
#include "cli/core/streams.hpp"
#include "cli/core/typed_time.hpp"

namespace facio {

/// In the order of kOutputFormats.
enum class OutputFormat : std::uint8_t { table, wide, json, ndjson, yaml, csv, tsv, name, jsonpath, template_ };
/// Reads a word of --output, with the expression of "jsonpath=EXPR" and "template=TEXT". False: unknown.
bool parse_output_format(std::string_view word, OutputFormat& format, std::string* expression = nullptr);
/// True for json, ndjson and yaml, where errors are objects too.
bool is_machine_format(OutputFormat format);

/// In the order of kTimeStyles.
enum class TimeStyle : std::uint8_t {
  automatic,
  relative,
  local,
  utc,
  unix_,
  both,  ///< "2026-11-20T07:00:00Z (in 2h)": what automatic means for a single object on a terminal
};
/// In the order of kColorModes.
enum class ColorMode : std::uint8_t { automatic, always, never };

struct OutputOptions {
  OutputFormat format = OutputFormat::table;
  bool format_given = false;         ///< by the user; a table then stays one where JSON is usual
  bool quiet = false;                ///< only errors on standard error
  std::vector<std::string> fields;   ///< --fields a,b.c: only these, as json keys or as columns
  std::vector<std::string> columns;  ///< --columns a,+b,-c
  std::string sort_by;               ///< --sort-by path[:desc]
  std::string expression;            ///< of jsonpath and template
  std::string query;                 ///< --query: a jq filter
  std::string filter;                ///< --filter: which items
  std::size_t most = 0;              ///< of a list only so many items, the first after filter and order; 0: all
  bool raw = false;                  ///< --raw: all of the reply, with the items as --filter, --sort-by and --fields leave them
  bool headers = true;
  bool harmless_cells = false;            ///< csv and tsv: no text that a spreadsheet would run
  bool raw_units = false;                 ///< numbers, sizes and durations in tables as they were sent
  bool accessible = false;                ///< ACCESSIBLE=1: no sign alone has a meaning, nothing is drawn over
  TimeStyle time = TimeStyle::automatic;  ///< tables: relative on a terminal, RFC 3339 UTC elsewhere
  ColorMode color = ColorMode::automatic;
  int width = 0;            ///< in terminal cells; 0: unlimited
  bool terminal = false;    ///< stdout is a terminal
  bool colored = false;     ///< decided by decide_color
  std::int64_t now_ms = 0;  ///< for relative times

  /// How the times that the user typed are read.
  [[nodiscard]] TimeRule times() const { return {.now_ms = now_ms, .utc = time == TimeStyle::utc}; }
};

/// Colour for a stream: --color > NO_COLOR > CLICOLOR_FORCE/FORCE_COLOR > CLICOLOR=0 and TERM=dumb > terminal.
bool decide_color(ColorMode mode, const Environment& environment, bool terminal);

/// Prints one reply of `endpoint` (JSON, or text passed through). Code::server when the body is not JSON or not of the declared
/// form, Code::usage for an unknown column, Code::output when writing fails. For an empty list "no …" is written to `err` when that is a
/// terminal; for a list that the agent cut short a note; and what it says beside the items, where the format has no place for that.
/// `count`, when given, gets the number of items printed.
Status render(const Endpoint& endpoint, std::string_view body, const OutputOptions& options, Streams& streams,
              std::size_t* count = nullptr);
/// The same for JSON without a declaration (`api`): printed as JSON unless the user chose a format.
Status render_json(std::string_view body, const OutputOptions& options, Streams& streams);
/// The text of `--fields help`: name, type and meaning of every field of a reply.
std::string fields_help(const Endpoint& endpoint);

/// JSON text in which characters that could control a terminal are \u escapes, which mean the same.
std::string harmless_json(std::string_view json);
/// One line for stderr ("facioctl: …; try: …"), or an error object in machine formats; without a line feed.
std::string render_error(const Error& error, OutputFormat format, std::string_view context_name);

/// Width in terminal cells of printable UTF-8 text.
int cell_width(std::string_view text);
/// The longest start of printable `text` that takes at most `cells` with a final "…"; all of it when it fits.
std::string shortened(std::string_view text, int cells);

}  // namespace facio
