// Cells laid out in aligned columns.
#pragma once

#include "cli/output/render.hpp"
#include "cli/output/writer.hpp"

namespace facio::output {

enum class Tone : std::uint8_t { none, heading, good, bad, attention };

/// What a status word means; colour never carries it alone.
Tone tone_of(std::string_view word);
/// Whether the field at this path holds a status word.
bool is_status(std::string_view path);

/// Rows of a fixed number of cells, kept in one buffer. Text must be printable.
class Grid {
 public:
  explicit Grid(std::size_t columns) : widths_(columns, 0) {}

  /// Text of the next cell is appended here; end_cell() closes it.
  std::string& text() { return text_; }
  void end_cell(Tone tone = Tone::none);
  void add(std::string_view cell, Tone tone = Tone::none) {
    text_ += cell;
    end_cell(tone);
  }
  /// Names the column that is shortened last: names are there to be copied.
  void keep(std::size_t column) { kept_ = column; }
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

  std::string text_;
  std::vector<Cell> cells_;
  std::vector<int> widths_;
  std::size_t kept_ = static_cast<std::size_t>(-1);
};

}  // namespace facio::output
