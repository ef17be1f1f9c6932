// The QR code of a terminal: modules read back from the half blocks.
#include "cli/output/qr_code.hpp"

#include <catch2/catch.hpp>
#include <sstream>
#include <vector>

using namespace facio;

namespace {

/// Dark modules, row by row, as a reader with light letters on a dark ground sees them.
std::vector<std::string> modules(const std::string& text) {
  std::vector<std::string> rows;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::string upper, lower;
    for (std::size_t at = 0; at < line.size();) {
      const std::string glyph = line.substr(at, line[at] == ' ' ? 1 : 3);
      at += glyph.size();
      upper += glyph == "█" || glyph == "▀" ? '.' : '#';
      lower += glyph == "█" || glyph == "▄" ? '.' : '#';
    }
    rows.push_back(upper);
    rows.push_back(lower);
  }
  return rows;
}

}  // namespace

TEST_CASE("a code has its quiet zone and its three corners", "[output]") {
  const auto code = draw_qr_code("https://github.com/login/device?user_code=ABCD-1234", false);
  REQUIRE(code);
  const auto rows = modules(code->text);
  const auto size = static_cast<std::size_t>(code->width);
  REQUIRE(rows.size() >= size);
  for (const std::string& row : rows) REQUIRE(row.size() == size);
  for (std::size_t i = 0; i < 4; ++i) CHECK(rows[i].find('#') == std::string::npos);
  const std::vector<std::string> corner = {"#######", "#.....#", "#.###.#", "#.###.#", "#.###.#", "#.....#", "#######"};
  const std::size_t far = size - 4 - 7;
  for (std::size_t i = 0; i < corner.size(); ++i) {
    CHECK(rows[4 + i].substr(4, 7) == corner[i]);
    CHECK(rows[4 + i].substr(far, 7) == corner[i]);
    CHECK(rows[far + i].substr(4, 7) == corner[i]);
  }
  CHECK(rows[far].substr(far, 7) != corner[0]);
}

TEST_CASE("a coloured code brings black and white of its own", "[output]") {
  const auto plain = draw_qr_code("x", false);
  const auto colored = draw_qr_code("x", true);
  REQUIRE((plain && colored));
  CHECK(plain->width == colored->width);
  CHECK(plain->text.find('\x1b') == std::string::npos);
  CHECK(colored->text.starts_with("\x1b[97;40m"));
  CHECK(colored->text.ends_with("\x1b[0m\n"));
}

TEST_CASE("what no code can hold is left out", "[output]") { CHECK_FALSE(draw_qr_code(std::string(5000, 'x'), false)); }
