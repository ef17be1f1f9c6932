#include "cli/command_line/edit_rows.hpp"

#include <algorithm>

#include "cli/command_line/edit_buffer.hpp"
#include "cli/core/utf8.hpp"
#include "cli/output/render.hpp"

namespace facio {
namespace {

constexpr int kFewestColumns = 4;
constexpr std::string_view kTab = "    ";

/// How a character is shown. Joiners and variation selectors are left out: whether they make one picture of several differs from terminal
/// to terminal, and with it the width.
std::string shown_character(std::string_view character) {
  if (character == "\t") return std::string(kTab);
  std::string text;
  for (std::size_t at = 0; at < character.size();) {
    std::uint32_t code = 0;
    const std::size_t size = std::max<std::size_t>(decode_utf8(character.substr(at), code), 1);
    if (code != 0x200C && code != 0x200D && code != 0xFE0E && code != 0xFE0F) text += printable(character.substr(at, size));
    at += size;
  }
  return text;
}

class Layout {
 public:
  explicit Layout(int columns) : columns_(std::max(columns, kFewestColumns)) { new_row(); }

  void add(const std::string& text) {
    const int width = cell_width(text);
    if (out_.widths.back() + width > columns_ && out_.widths.back() > 0) new_row();
    if (width <= columns_) {
      out_.rows.back() += text;
      out_.widths.back() += width;
    } else {
      for (const char c : text) add(std::string(1, c));  // an escape in a very narrow terminal
    }
  }
  void new_row() {
    out_.rows.emplace_back();
    out_.widths.push_back(0);
  }
  void cursor_here() {
    if (out_.widths.back() >= columns_) new_row();  // the cursor cannot stand behind the last column
    out_.cursor_row = out_.rows.size() - 1;
    out_.cursor_column = out_.widths.back();
  }
  EditRows take() { return std::move(out_); }

 private:
  int columns_;
  EditRows out_;
};

std::string cursor_up(std::size_t rows) { return rows == 0 ? std::string() : "\x1b[" + std::to_string(rows) + "A"; }

}  // namespace

std::size_t EditRows::cursor_row_in(int columns) const {
  columns = std::max(columns, 1);
  std::size_t row = 0;
  for (std::size_t i = 0; i < cursor_row; ++i) row += static_cast<std::size_t>(std::max(1, (widths[i] + columns - 1) / columns));
  return row + static_cast<std::size_t>(cursor_column / columns);
}

EditRows lay_out(const Prompts& prompts, std::string_view text, std::size_t cursor, int columns) {
  Layout layout(columns);
  layout.add(prompts.first);
  for (std::size_t at = 0; at < text.size();) {
    if (at == cursor) layout.cursor_here();
    const std::size_t end = EditBuffer::end_of_character(text, at);
    if (text[at] == '\n') {
      layout.new_row();
      layout.add(prompts.further);
    } else {
      layout.add(shown_character(text.substr(at, end - at)));
    }
    at = end;
  }
  if (cursor >= text.size()) layout.cursor_here();
  return layout.take();
}

std::string painted(const EditRows& rows, std::size_t from_row, std::size_t lines, std::size_t& shown_row) {
  const std::size_t count = rows.rows.size(), room = std::max<std::size_t>(lines, 1);
  const std::size_t first = rows.cursor_row >= room ? rows.cursor_row + 1 - room : 0;
  const std::size_t end = std::min(count, first + room);
  std::string out = cursor_up(from_row) + "\r\x1b[J";
  for (std::size_t i = first; i < end; ++i) out += (i == first ? "" : "\r\n") + rows.rows[i];
  shown_row = rows.cursor_row - first;
  out += cursor_up(end - 1 - rows.cursor_row) + "\r";
  if (rows.cursor_column > 0) out += "\x1b[" + std::to_string(rows.cursor_column) + "C";
  return out;
}

}  // namespace facio
