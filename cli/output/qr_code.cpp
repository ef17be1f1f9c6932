#include "cli/output/qr_code.hpp"

#include <qrcodegen/qrcodegen.h>

#include <string_view>
#include <vector>

namespace facio {
namespace {

constexpr int kQuietZone = 4;  // modules, as the standard requires
constexpr std::string_view kBlackAndWhite = "\x1b[97;40m", kPlainAgain = "\x1b[0m";

}  // namespace

std::optional<QrCode> draw_qr_code(const std::string& text, bool colored) {
  std::vector<std::uint8_t> scratch(qrcodegen_BUFFER_LEN_MAX), code(qrcodegen_BUFFER_LEN_MAX);
  if (!qrcodegen_encodeText(text.c_str(), scratch.data(), code.data(), qrcodegen_Ecc_LOW, qrcodegen_VERSION_MIN, qrcodegen_VERSION_MAX,
                            qrcodegen_Mask_AUTO, true))
    return std::nullopt;
  const int size = qrcodegen_getSize(code.data());
  // Modules outside the code are light.
  const auto light = [&](int x, int y) { return !qrcodegen_getModule(code.data(), x, y); };
  QrCode drawn{.text = {}, .width = size + 2 * kQuietZone};
  for (int y = -kQuietZone; y < size + kQuietZone; y += 2) {
    if (colored) drawn.text += kBlackAndWhite;
    for (int x = -kQuietZone; x < size + kQuietZone; ++x) {
      const bool upper = light(x, y), lower = light(x, y + 1);
      drawn.text += upper && lower ? "█" : upper ? "▀" : lower ? "▄" : " ";
    }
    if (colored) drawn.text += kPlainAgain;
    drawn.text += '\n';
  }
  return drawn;
}

}  // namespace facio
