// What keys do to a text that is typed, and how it is laid out in a terminal.
#include <catch2/catch.hpp>

#include "cli/command_line/edit_buffer.hpp"
#include "cli/command_line/edit_rows.hpp"

namespace facio {
namespace {

EditBuffer typed(std::string text) {
  EditBuffer buffer;
  buffer.set(std::move(text));
  return buffer;
}

TEST_CASE("a character is erased with its marks, and joined emoji at once") {
  for (const std::string last : {"x", "é", "e\u0301", "日", "\U0001F468\u200D\U0001F469\u200D\U0001F467", "\xff"}) {
    EditBuffer buffer = typed("a" + last);
    buffer.erase_left();
    CHECK(buffer.text() == "a");
    buffer = typed("日" + last + "b");
    buffer.left();
    buffer.left();
    buffer.erase_right();
    CHECK(buffer.text() == "日b");
  }
}

TEST_CASE("words and lines are cut, and put back") {
  EditBuffer buffer = typed("one two-three\nfour");
  buffer.cut_blank_word();
  CHECK(buffer.text() == "one two-three\n");
  buffer.put_back();
  CHECK(buffer.up());
  CHECK(buffer.cursor() == 4);
  CHECK_FALSE(buffer.up());
  buffer.cut_to_line_end();
  CHECK(buffer.text() == "one \nfour");
  buffer.cut_word_left();
  CHECK(buffer.text() == "\nfour");
  CHECK(buffer.down());
  CHECK(buffer.cursor() == 1);
  buffer.cut_to_line_start();
  CHECK(buffer.text() == "\nfour");
  EditBuffer empty;
  empty.erase_left();
  empty.erase_right();
  empty.left();
  empty.word_left();
  empty.cut_word_right();
  CHECK(empty.text().empty());
}

TEST_CASE("long lines go on in the next row, wide characters are not halved") {
  const Prompts prompts{"> ", "… "};
  const EditRows rows = lay_out(prompts, "ab日本\nc", 8, 5);
  CHECK(rows.rows == std::vector<std::string>{"> ab", "日本", "… c"});
  CHECK(rows.widths == std::vector<int>{4, 4, 3});
  CHECK(rows.cursor_row == 1);
  CHECK(rows.cursor_column == 4);
  const EditRows full = lay_out(prompts, "abc", 3, 5);
  CHECK(full.rows == std::vector<std::string>{"> abc", ""});
  CHECK(full.cursor_row == 1);
  CHECK(full.cursor_column == 0);
}

TEST_CASE("nothing that is typed steers the terminal") {
  const EditRows rows = lay_out({"> ", ""}, "\x1b[31m\t\u202e", 0, 80);
  CHECK(rows.rows == std::vector<std::string>{"> \\x1b[31m    \\u202e"});
}

TEST_CASE("a mark after a line feed is not lost") {
  CHECK(lay_out({"", ""}, "a\n\u0301b", 0, 80).rows == std::vector<std::string>{"a", "\u0301b"});
}

TEST_CASE("a text taller than the terminal is shown around the cursor") {
  const EditRows rows = lay_out({"", ""}, "1\n2\n3\n4\n5", 9, 80);
  std::size_t row = 0;
  CHECK(painted(rows, 2, 3, row) == "\x1b[2A\r\x1b[J3\r\n4\r\n5\r\x1b[1C");
  CHECK(row == 2);
}

TEST_CASE("a terminal that reflows moves the cursor down") {
  const EditRows rows = lay_out({"> ", ""}, std::string(30, 'x'), 30, 20);
  CHECK(rows.cursor_row == 1);
  CHECK(rows.cursor_row_in(10) == 3);
  CHECK(rows.cursor_row_in(20) == 1);
}

}  // namespace
}  // namespace facio
