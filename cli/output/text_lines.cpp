#include "cli/output/text_lines.hpp"

#include <algorithm>

#include "cli/core/utf8.hpp"

namespace facio {

std::string terminal_text(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of("\n\t"), text.size());
    append_printable(shown, text.substr(0, end));
    if (end < text.size()) shown += text[end];
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return shown;
}

std::string text_lines(std::string_view text, bool terminal) {
  std::string shown = terminal ? terminal_text(text) : std::string(text);
  if (!shown.ends_with('\n')) shown += '\n';
  return shown;
}

}  // namespace facio
