#include "commands/serve/clock.hpp"

#include <ctime>
#include <fcntl.h>

#include "cli/core/files.hpp"
#include "cli/core/text.hpp"

namespace facio::serve {

std::int64_t since_boot_ms() {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

const std::string& boot_id() {
  static const std::string id = [] {
    constexpr std::size_t kMost = 64;
    std::string text;
    const Descriptor file(::open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC));
    if (!file || !read_all(file.get(), text, kMost)) return std::string();
    return std::string(trimmed(text));
  }();
  return id;
}

}  // namespace facio::serve
