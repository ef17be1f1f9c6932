// Text as a QR code for a terminal.
#pragma once

#include <optional>
#include <string>

namespace facio {

struct QrCode {
  std::string text;  ///< lines of half blocks in UTF-8, each with a line feed
  int width = 0;     ///< cells of a line
};

/// The code with its quiet zone: with `colored` black on white, else for light text on a dark ground. Nothing for text that is too long.
std::optional<QrCode> draw_qr_code(const std::string& text, bool colored);

}  // namespace facio
