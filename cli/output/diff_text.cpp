#include "cli/output/diff_text.hpp"

#include "cli/core/diff_form.hpp"
#include "cli/core/text.hpp"
#include "cli/output/pager.hpp"

namespace facio {
namespace {

constexpr std::string_view kBold = "\x1b[1m", kRed = "\x1b[31m", kGreen = "\x1b[32m", kCyan = "\x1b[36m", kReset = "\x1b[0m";

std::string_view color_of(std::string_view line, bool in_hunk) {
  const char first = line.empty() ? ' ' : line.front();
  if (in_hunk) return first == '+' ? kGreen : first == '-' ? kRed : std::string_view{};
  if (line.starts_with("@@ -")) return kCyan;
  return first == '\\' || first == ' ' ? std::string_view{} : kBold;
}

/// Printable, except that tabs stay.
void append_line(std::string& out, std::string_view line) {
  for (const std::string_view part : split(line, '\t')) {
    if (part.data() != line.data()) out += '\t';
    append_printable(out, part);
  }
}

}  // namespace

std::string terminal_diff(std::string_view diff, bool colored) {
  std::string out;
  out.reserve(diff.size() + diff.size() / 8);
  DiffReader reader;
  // Agents write names in C's form, with a letter that is no ASCII as two or three numbers.
  const std::string readable = with_plain_names(diff);
  for (const std::string_view line : split_terminated(readable)) {
    const std::string_view color = color_of(line, reader.in_hunk(line));
    const bool painted = colored && !color.empty();
    if (painted) out += color;
    append_line(out, line);
    if (painted) out += kReset;
    out += '\n';
  }
  return out;
}

Status show_diff(std::string_view diff, const OutputOptions& options, bool pager, Streams& streams, const Environment& environment) {
  const std::string text = options.terminal || options.colored ? terminal_diff(diff, options.colored) : std::string(diff);
  if (pager && options.terminal) return page(text, streams, environment);
  if (auto written = streams.out.write(text); !written) return written;
  return streams.out.flush();
}

}  // namespace facio
