// A text that is being typed, laid out in the rows of a terminal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace facio {

/// What stands before the first line, and before those after it.
struct Prompts {
  std::string first, further;
};

struct EditRows {
  std::vector<std::string> rows;  ///< as they are shown: nothing in them steers a terminal
  std::vector<int> widths;        ///< cells of each
  std::size_t cursor_row = 0;
  int cursor_column = 0;

  /// The row of the cursor, were the rows shown in another width as a terminal does that reflows them.
  [[nodiscard]] std::size_t cursor_row_in(int columns) const;
};

/// Long lines go on in the next row; no row has more than `columns` cells. `cursor` is a position in `text`, in bytes.
EditRows lay_out(const Prompts& prompts, std::string_view text, std::size_t cursor, int columns);

/// What draws over the rows that were shown with the cursor in row `from_row`; at most `lines` rows are shown, around the cursor.
/// `shown_row` becomes the cursor's row among them.
std::string painted(const EditRows& rows, std::size_t from_row, std::size_t lines, std::size_t& shown_row);

}  // namespace facio
