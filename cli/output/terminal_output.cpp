#include "cli/output/terminal_output.hpp"

#include <algorithm>

#include "cli/core/utf8.hpp"
#include "cli/output/cells.hpp"

namespace facio::output {
namespace {

void append_json_escape(std::string& out, std::uint32_t code) {
  const auto unit = [&out](std::uint32_t value) {
    out += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) out += "0123456789abcdef"[value >> shift & 0xF];
  };
  if (code >= 0x10000) unit(0xD800 + ((code - 0x10000) >> 10));
  unit(code >= 0x10000 ? 0xDC00 + ((code - 0x10000) & 0x3FF) : code);
}

}  // namespace

Status TerminalOutput::write(std::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  while (!text.empty()) {
    std::size_t plain = 0;
    while (plain < text.size() && ((text[plain] >= 0x20 && text[plain] < 0x7F) || text[plain] == '\n' || text[plain] == '\t')) ++plain;
    safe += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    if (text.front() == '\r' && text.size() > 1 && text[1] == '\n') {  // the end of a line of CSV
      safe += '\r';
      text.remove_prefix(1);
      continue;
    }
    std::uint32_t code = 0;
    const std::size_t size = std::max<std::size_t>(decode_utf8(text, code), 1);
    if (json_ && code >= 0x7F && is_dangerous(code)) append_json_escape(safe, code);
    else append_printable(safe, text.substr(0, size));
    text.remove_prefix(size);
  }
  return to_.write(safe);
}

}  // namespace facio::output
