#include "cli/command_line/help_layout.hpp"

#include <algorithm>

#include "cli/core/text.hpp"
#include "cli/output/render.hpp"

namespace facio {
namespace {

constexpr int kWidestLeft = 30, kGapOfHelp = 2, kNarrowestRight = 24;

void append_blanks(std::string& out, int count) { out.append(static_cast<std::size_t>(count), ' '); }

/// Appends the words of a paragraph, the first of them at cell `at`.
void append_words(std::string& out, std::string_view text, int at, int width, int indent) {
  if (at + std::ssize(text) <= width) {  // a cell takes a byte at least
    out += text;
    return;
  }
  for (bool first = true; !text.empty(); first = false) {
    const std::string_view word = split_off(text, ' ');
    const int cells = cell_width(word);
    if (!first && at + 1 + cells > width) {
      out += '\n';
      append_blanks(out, at = indent);
    } else if (!first) {
      out += ' ';
      ++at;
    }
    out += word;
    at += cells;
  }
}

/// Takes the text before the next blank that stands in no quotes.
std::string_view next_typed(std::string_view& rest) {
  char quote = 0;
  std::size_t end = 0;
  for (; end < rest.size() && (quote != 0 || rest[end] != ' '); ++end)
    if (rest[end] == quote) quote = 0;
    else if (quote == 0 && (rest[end] == '\'' || rest[end] == '"')) quote = rest[end];
  const std::string_view word = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return word;
}

}  // namespace

int help_width(const Streams& streams, const Environment& environment) {
  if (!streams.out.is_terminal()) return kHelpWidth;
  int width = 0;
  if (read_number(environment.get(Variable::columns), width) && width > 0) return width;
  width = streams.out.columns();
  return width > 0 ? width : kHelpWidth;
}

std::string wrapped_help(std::string_view text, int width, int indent) {
  std::string out;
  for (const std::string_view line : split_terminated(text)) {
    append_words(out, line, 0, width, indent);
    out += '\n';
  }
  return out;
}

std::string help_table(const std::vector<HelpRow>& rows, int width) {
  int left = 0;
  for (const HelpRow& row : rows)
    if (const int cells = cell_width(row.left); cells <= kWidestLeft) left = std::max(left, cells);
  const int start = kGapOfHelp + left + kGapOfHelp;
  std::string out;
  for (const HelpRow& row : rows) {
    append_blanks(out, kGapOfHelp);
    out += row.left;
    if (!row.right.empty()) {
      const int cells = cell_width(row.left);
      if (cells > left) out += '\n';
      append_blanks(out, cells > left ? start : left - cells + kGapOfHelp);
      append_words(out, row.right, start, std::max(width, start + kNarrowestRight), start);
    }
    out += '\n';
  }
  return out;
}

std::string typed_lines(std::string_view command, int width) {
  std::string out = "  facioctl";
  for (int at = cell_width(out); !command.empty();) {
    const std::string_view word = next_typed(command);
    const int cells = cell_width(word);
    if (at + 1 + cells + (command.empty() ? 0 : 2) > width) {
      out += " \\\n      ";
      at = 6;
    } else {
      out += ' ';
      ++at;
    }
    out += word;
    at += cells;
  }
  return out + '\n';
}

}  // namespace facio
