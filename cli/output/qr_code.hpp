// Text as a QR code for a terminal.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace facio {

struct QrCode {
  std::string text;  ///< lines of half blocks in UTF-8, each with a line feed
  int width = 0;     ///< cells of a line
};

/// The code with its quiet zone. With `colored` it brings its own black and white; without, it is made for light letters on a dark ground.
/// Nothing when the text is too long for a code.
std::optional<QrCode> draw_qr_code(const std::string& text, bool colored);

}  // namespace facio
