// A text that is being typed, with its cursor: what keys do to it. Knows no terminal.
#pragma once

#include <string>
#include <string_view>

namespace facio {

/// Positions are bytes. A character is a code point with the marks, joiners and joined emoji that belong to it.
class EditBuffer {
 public:
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] std::size_t cursor() const { return cursor_; }
  /// Replaces all of it; the cursor goes to the end.
  void set(std::string text);
  void insert(std::string_view text);

  void left() { cursor_ = before(cursor_); }
  void right() { cursor_ = after(cursor_); }
  void word_left() { cursor_ = word_before(); }
  void word_right() { cursor_ = word_after(); }
  void line_start();
  void line_end();
  /// To the line above or below; false on the first or last one.
  bool up();
  bool down();

  void erase_left();
  void erase_right();
  // What these remove, put_back() inserts.
  void cut_to_line_start();
  void cut_to_line_end();
  /// Back to the blank before the cursor.
  void cut_blank_word();
  void cut_word_left();
  void cut_word_right();
  void put_back() { insert(cut_); }

  /// Where the character at `at` ends.
  static std::size_t end_of_character(std::string_view text, std::size_t at);

 private:
  [[nodiscard]] std::size_t before(std::size_t at) const;
  [[nodiscard]] std::size_t after(std::size_t at) const;
  [[nodiscard]] std::size_t word_before() const;
  [[nodiscard]] std::size_t word_after() const;
  [[nodiscard]] std::size_t line_begin(std::size_t at) const;
  [[nodiscard]] std::size_t line_finish(std::size_t at) const;
  void go_to_column(std::size_t line, std::size_t column);
  [[nodiscard]] std::size_t column() const;
  void cut(std::size_t from, std::size_t to);

  std::string text_, cut_;
  std::size_t cursor_ = 0;
};

}  // namespace facio
