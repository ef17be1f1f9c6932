#include "commands/local/man/mdoc.hpp"

#include <cstdint>
#include <cstdio>
#include <utility>

#include "cli/core/utf8.hpp"

namespace facio::man {
namespace {

constexpr std::size_t kWidth = 78;

/// One piece of text without blanks: nothing in it is a command to the formatter.
std::string escaped(std::string_view text, bool in_macro) {
  std::string out;
  if (text.starts_with('.') || text.starts_with('\'')) out += "\\&";
  // Macros are called one to three letters beginning with a capital.
  if (in_macro && text.size() <= 3 && !text.empty() &&
      ((text[0] >= 'A' && text[0] <= 'Z') || std::string_view(".,:;()[]?!|").find(text[0]) != std::string_view::npos))
    out += "\\&";
  while (!text.empty()) {
    const char c = text.front();
    std::uint32_t code = 0;
    const std::size_t size = decode_utf8(text, code);
    if (c == '\\') out += "\\e";
    else if (c == '"' && in_macro) out += "\\(dq";
    else if (c == '`') out += "\\(ga";
    else if (c == '\'') out += "\\(aq";
    else if (c == '^') out += "\\(ha";
    else if (c == '~') out += "\\(ti";
    else if (c == '-') out += "\\-";
    else if (size > 1) {
      char name[16];
      std::snprintf(name, sizeof name, "\\[u%04X]", static_cast<unsigned>(code));
      out += name;
    } else out += c;
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return out;
}

std::string_view next_word(std::string_view& text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(word.size());
  return word;
}

}  // namespace

Mdoc& Mdoc::macro(std::string_view name, std::string_view words) {
  page_ += ".";
  page_ += name;
  for (std::string_view word = next_word(words); !word.empty(); word = next_word(words)) page_ += " " + escaped(word, true);
  page_ += '\n';
  return *this;
}

Mdoc& Mdoc::raw(std::string_view line) {
  page_.append(line).append("\n");
  return *this;
}

Mdoc& Mdoc::text(std::string_view words) {
  while (!words.empty()) {
    std::string_view paragraph = words.substr(0, words.find('\n'));
    words.remove_prefix(paragraph.size() < words.size() ? paragraph.size() + 1 : paragraph.size());
    const bool paragraph_was_empty = paragraph.empty();
    std::string line;
    for (std::string_view word = next_word(paragraph); !word.empty(); word = next_word(paragraph)) {
      const std::string piece = escaped(word, false);
      if (!line.empty() && line.size() + 1 + piece.size() > kWidth) raw(std::exchange(line, {}));
      line += (line.empty() ? "" : " ") + piece;
      // A sentence ends its line, as the formatter likes it.
      if (word.size() > 1 && (word.ends_with('.') || word.ends_with(':'))) raw(std::exchange(line, {}));
    }
    if (!line.empty()) raw(line);
    if (words.starts_with('\n')) raw(".Pp");
    else if (!words.empty() && !paragraph_was_empty) raw(".br");
  }
  return *this;
}

Mdoc& Mdoc::literal(std::string_view lines) {
  raw(".Bd -literal -offset indent");
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(line.size() < lines.size() ? line.size() + 1 : line.size());
    const std::string shown = escaped(line, false);
    raw(shown.empty() ? "\\&" : shown);
  }
  return raw(".Ed");
}

}  // namespace facio::man
