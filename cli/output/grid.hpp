// Cells laid out in aligned columns.
#pragma once

#include "cli/output/render.hpp"
#include "cli/output/writer.hpp"

namespace facio::output {

enum class Tone : std::uint8_t { none, heading, good, bad, attention };

/// What a status word means; colour never carries it alone.
Tone tone_of(std::string_view word);
/// Whether the field at this path holds a word such as tone_of() knows: a status, a severity.
bool is_status(std::string_view path);
/// Whether the field at this path says what to do, which is never shortened.
bool is_advice(std::string_view path);

/// Rows of a fixed number of cells, kept in one buffer. Text must be printable.
class Grid {
 public:
  explicit Grid(std::size_t columns) : widths_(columns, 0), wrapped_(columns, false) {}

  /// Text of the next cell is appended here; end_cell() closes it.
  std::string& text() { return text_; }
  void end_cell(Tone tone = Tone::none);
  void add(std::string_view cell, Tone tone = Tone::none) {
    text_ += cell;
    end_cell(tone);
  }
  /// Names the column that is shortened last: names are there to be copied.
  void keep(std::size_t column) { kept_ = column; }
  /// Names a column whose cells go on in further lines instead of being shortened. Words stay whole in the last column alone.
  void wrap(std::size_t column) { wrapped_[column] = true; }
  /// Writes all rows, two blanks between columns and none at the end of a line. Cells of lines longer than `options.width` are shortened.
  void write(Writer& to, const OutputOptions& options) const;

 private:
  struct Cell {
    std::uint32_t end;  ///< in text_
    std::uint32_t width : 28;
    std::uint32_t tone : 4;
  };
  [[nodiscard]] std::vector<int> fitted(int width) const;
  static int shrink(std::vector<int>& widths, int surplus, std::size_t spared);
  using Pieces = std::vector<std::vector<std::string_view>>;
  /// Appends the text as far as it goes into a cell of `width`, and `more` gets the rest in lines; returns the cells that it took.
  int write_cell(std::string& to, std::string_view text, std::size_t column, int width, std::vector<std::string_view>& more) const;
  /// What goes on below a row.
  static void write_more(std::string& to, const Pieces& more, const std::vector<int>& widths);

  std::string text_;
  std::vector<Cell> cells_;
  std::vector<int> widths_;
  std::size_t kept_ = static_cast<std::size_t>(-1);
  std::vector<bool> wrapped_;
};

}  // namespace facio::output
