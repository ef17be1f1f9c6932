#include "cli/output/diff_text.hpp"

#include <algorithm>
#include <charconv>

#include "cli/core/text.hpp"
#include "cli/output/pager.hpp"

namespace facio {
namespace {

constexpr std::string_view kBold = "\x1b[1m", kRed = "\x1b[31m", kGreen = "\x1b[32m", kCyan = "\x1b[36m", kReset = "\x1b[0m";

/// How many lines of the old and the new file the current hunk still has: inside it "--- x" is a removed line, not a header.
struct Hunk {
  std::size_t old_lines = 0, new_lines = 0;
  [[nodiscard]] bool is_open() const { return old_lines != 0 || new_lines != 0; }
};

/// The count in "-3,7" after `sign`; 1 where there is none.
std::size_t count_after(std::string_view head, char sign) {
  head = head.substr(std::min(head.find(sign), head.size()));
  const auto comma = head.find_first_of(", ");
  if (comma == std::string_view::npos || head[comma] == ' ') return 1;
  std::size_t count = 0;
  std::from_chars(head.data() + comma + 1, head.data() + head.size(), count);
  return count;
}

std::string_view color_of(std::string_view line, Hunk& hunk) {
  const char first = line.empty() ? ' ' : line.front();
  if (hunk.is_open()) {
    if (first == '\\') return {};
    if (first != '+' && hunk.old_lines > 0) --hunk.old_lines;
    if (first != '-' && hunk.new_lines > 0) --hunk.new_lines;
    return first == '+' ? kGreen : first == '-' ? kRed : std::string_view{};
  }
  if (line.starts_with("@@ -")) {
    hunk = {count_after(line, '-'), count_after(line, '+')};
    return kCyan;
  }
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
  Hunk hunk;
  for (const std::string_view line : split_terminated(diff)) {
    const std::string_view color = color_of(line, hunk);
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
