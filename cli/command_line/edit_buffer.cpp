#include "cli/command_line/edit_buffer.hpp"

#include <algorithm>

#include "cli/core/text.hpp"
#include "cli/core/utf8.hpp"
#include "cli/output/render.hpp"

namespace facio {
namespace {

constexpr std::uint32_t kJoiner = 0x200D;

/// The code point at `at` and its length in bytes; a byte that belongs to none counts as one.
std::size_t code_at(std::string_view text, std::size_t at, std::uint32_t& code) {
  code = 0xFFFD;
  return std::max<std::size_t>(decode_utf8(text.substr(at), code), 1);
}

bool is_word(char c) { return is_alphanumeric(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80; }

}  // namespace

std::size_t EditBuffer::end_of_character(std::string_view text, std::size_t at) {
  if (at >= text.size()) return text.size();
  if (static_cast<unsigned char>(text[at]) < 0x20) return at + 1;  // no mark belongs to a line feed or a tab
  std::uint32_t code = 0;
  at += code_at(text, at, code);
  while (at < text.size() && static_cast<unsigned char>(text[at]) >= 0x80) {
    std::uint32_t next = 0;
    const std::size_t size = code_at(text, at, next);
    if (code != kJoiner && cell_width(text.substr(at, size)) != 0) break;
    code = next;
    at += size;
  }
  return at;
}

std::size_t EditBuffer::before(std::size_t at) const {
  // Characters are found from the start of a line on, or of what is before the cursor since the last ASCII character.
  std::size_t from = at;
  while (from > 0 && static_cast<unsigned char>(text_[from - 1]) >= 0x80) --from;
  if (from > 0) --from;
  while (end_of_character(text_, from) < at) from = end_of_character(text_, from);
  return from;
}
std::size_t EditBuffer::after(std::size_t at) const { return end_of_character(text_, at); }

std::size_t EditBuffer::word_before() const {
  std::size_t at = cursor_;
  while (at > 0 && !is_word(text_[at - 1])) --at;
  while (at > 0 && is_word(text_[at - 1])) --at;
  return at;
}
std::size_t EditBuffer::word_after() const {
  std::size_t at = cursor_;
  while (at < text_.size() && !is_word(text_[at])) ++at;
  while (at < text_.size() && is_word(text_[at])) ++at;
  return at;
}

std::size_t EditBuffer::line_begin(std::size_t at) const {
  const auto feed = at == 0 ? std::string::npos : text_.rfind('\n', at - 1);
  return feed == std::string::npos ? 0 : feed + 1;
}
std::size_t EditBuffer::line_finish(std::size_t at) const { return std::min(text_.find('\n', at), text_.size()); }

void EditBuffer::set(std::string text) {
  text_ = std::move(text);
  cursor_ = text_.size();
}

void EditBuffer::insert(std::string_view text) {
  text_.insert(cursor_, text);
  cursor_ += text.size();
}

void EditBuffer::line_start() { cursor_ = line_begin(cursor_); }
void EditBuffer::line_end() { cursor_ = line_finish(cursor_); }

std::size_t EditBuffer::column() const {
  std::size_t column = 0;
  for (std::size_t at = line_begin(cursor_); at < cursor_; at = after(at)) ++column;
  return column;
}

void EditBuffer::go_to_column(std::size_t line, std::size_t column) {
  const std::size_t end = line_finish(line);
  for (cursor_ = line; column > 0 && cursor_ < end; --column) right();
}

bool EditBuffer::up() {
  const std::size_t begin = line_begin(cursor_);
  if (begin == 0) return false;
  go_to_column(line_begin(begin - 1), column());
  return true;
}

bool EditBuffer::down() {
  const std::size_t end = line_finish(cursor_);
  if (end == text_.size()) return false;
  go_to_column(end + 1, column());
  return true;
}

void EditBuffer::erase_left() {
  const std::size_t from = before(cursor_);
  text_.erase(from, cursor_ - from);
  cursor_ = from;
}
void EditBuffer::erase_right() { text_.erase(cursor_, after(cursor_) - cursor_); }

void EditBuffer::cut(std::size_t from, std::size_t to) {
  if (from == to) return;
  cut_ = text_.substr(from, to - from);
  text_.erase(from, to - from);
  cursor_ = from;
}
void EditBuffer::cut_to_line_start() { cut(line_begin(cursor_), cursor_); }
void EditBuffer::cut_to_line_end() {
  const std::size_t end = line_finish(cursor_);
  cut(cursor_, end == cursor_ ? after(end) : end);
}
void EditBuffer::cut_blank_word() {
  std::size_t from = cursor_;
  while (from > 0 && is_blank(text_[from - 1])) --from;
  while (from > 0 && !is_blank(text_[from - 1])) --from;
  cut(from, cursor_);
}
void EditBuffer::cut_word_left() { cut(word_before(), cursor_); }
void EditBuffer::cut_word_right() { cut(cursor_, word_after()); }

}  // namespace facio
