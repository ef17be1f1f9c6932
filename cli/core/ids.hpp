// Random identifiers.
#pragma once

#include <cstddef>
#include <string>

namespace facio {

/// `bytes` random bytes from the operating system, in lower-case hexadecimal.
std::string random_hex(std::size_t bytes);

}  // namespace facio
