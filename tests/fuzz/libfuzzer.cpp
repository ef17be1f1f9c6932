// The entry of libFuzzer; FUZZ_TARGET in the environment names the target.
#include <cstdint>

#include "tests/fuzz/target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const facio::fuzz::Take take = [] {
    const char* name = std::getenv("FUZZ_TARGET");
    const facio::fuzz::Take found = name == nullptr ? nullptr : facio::fuzz::find_target(name);
    if (found == nullptr) {
      std::fprintf(stderr, "FUZZ_TARGET names no target\n");
      std::exit(2);
    }
    return found;
  }();
  take({reinterpret_cast<const char*>(data), size});
  return 0;
}
