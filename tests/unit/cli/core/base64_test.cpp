#include "cli/core/encoding.hpp"

#include <catch2/catch.hpp>

using namespace facio;

TEST_CASE("bytes survive base64, and the vectors of RFC 4648 hold") {
  const std::pair<std::string_view, std::string_view> vectors[] = {
      {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) {
    CHECK(base64_encode(bytes) == text);
    CHECK(base64_decode(text) == std::string(bytes));
  }
  std::string all;
  for (int i = 0; i < 256 * 3; ++i) all += static_cast<char>(i * 7);
  CHECK(base64_decode(base64_encode(all)) == all);
}

TEST_CASE("what is no base64 is refused") {
  for (const char* text : {"Z", "Zg", "Zg=", "Zm9v\n", "Z===", "====", "Zm=v", "Zh==", "Zm9=", "Zm9-", "Zm 9"}) {
    CAPTURE(text);
    CHECK(!base64_decode(text));
  }
}
