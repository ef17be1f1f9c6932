#include "cli/output/text_lines.hpp"

#include <algorithm>

#include "cli/core/utf8.hpp"

namespace facio {

std::string text_lines(std::string_view text, bool terminal) {
  std::string shown;
  if (!terminal) {
    shown = text;
    if (!shown.ends_with('\n')) shown += '\n';
    return shown;
  }
  for (std::string_view rest = text; !rest.empty();) {
    const auto end = std::min(rest.find('\n'), rest.size());
    append_printable(shown, rest.substr(0, end));
    shown += '\n';
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return shown.empty() ? "\n" : shown;
}

}  // namespace facio
