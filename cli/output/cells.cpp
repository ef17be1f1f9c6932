#include "cli/output/cells.hpp"

#include <algorithm>

#include "cli/core/utf8.hpp"
#include "cli/output/cell_ranges.hpp"
#include "cli/output/render.hpp"

namespace facio {
namespace output {
namespace {

template <std::size_t N>
bool is_in(const CodeRange (&ranges)[N], std::uint32_t code) {
  const auto* found =
      std::lower_bound(std::begin(ranges), std::end(ranges), code, [](const CodeRange& range, std::uint32_t c) { return range.last < c; });
  return found != std::end(ranges) && found->first <= code;
}

int width_of(std::uint32_t code) {
  if (code < 0x300) return 1;
  if (is_in(kZero, code)) return 0;
  return is_in(kWide, code) ? 2 : 1;
}

bool is_plain(char c) { return c >= 0x20 && c < 0x7F; }

}  // namespace

int width_of(std::string_view text) {
  int width = 0;
  while (!text.empty()) {
    std::size_t plain = 0;
    while (plain < text.size() && is_plain(text[plain])) ++plain;
    width += static_cast<int>(plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    std::uint32_t code = 0;
    const std::size_t size = decode_utf8(text, code);
    width += size == 0 ? 1 : width_of(code);
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return width;
}

std::string shortened(std::string_view text, int cells) {
  if (width_of(text) <= cells) return std::string(text);
  std::string_view rest = text;
  int width = 0;
  while (!rest.empty()) {
    std::uint32_t code = 0;
    const std::size_t size = std::max<std::size_t>(decode_utf8(rest, code), 1);
    const int more = width_of(code);
    if (width + more > cells - 1) break;
    width += more;
    rest.remove_prefix(size);
  }
  return std::string(text.substr(0, text.size() - rest.size())) + "…";
}

}  // namespace output

int cell_width(std::string_view text) { return output::width_of(text); }

}  // namespace facio
