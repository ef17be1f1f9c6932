// SHA-256 (FIPS 180-4).
#pragma once

#include <string>
#include <string_view>

namespace facio {

/// The hash of several texts one behind the other, as 64 hexadecimal digits.
std::string sha256_hex(std::initializer_list<std::string_view> texts);

}  // namespace facio
