#include "commands/serve/trouble.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <exception>
#include <mutex>
#include <new>
#include <system_error>
#include <unistd.h>

#include "commands/serve/service_manager.hpp"

namespace facio::serve {
namespace {

constexpr unsigned kMostInSecond = 5;

std::string_view reason_of_exception() noexcept {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    return "out of memory";
  } catch (const std::system_error& error) {
    return error.code() == std::errc::resource_unavailable_try_again ? "the system has no thread left" : "the system refused";
  } catch (...) {
    return "an unexpected failure inside the server";
  }
}

}  // namespace

void report_trouble(std::string_view what, std::string_view why) noexcept {
  static std::mutex mutex;
  static std::time_t second = 0;
  static unsigned written = 0;
  static unsigned long left_out = 0;
  char line[512];
  const std::lock_guard lock(mutex);
  const std::time_t now = std::time(nullptr);
  if (now != second) {
    second = now;
    written = 0;
  }
  if (++written > kMostInSecond) {
    ++left_out;
    return;
  }
  const auto length = [](std::string_view text) { return static_cast<int>(std::min<std::size_t>(text.size(), 200)); };
  int size = std::snprintf(line, sizeof line, "facioctl: %.*s: %.*s\n", length(what), what.data(), length(why), why.data());
  if (left_out != 0)
    size = std::snprintf(line, sizeof line, "facioctl: %.*s: %.*s (%lu like it were left out before)\n", length(what), what.data(),
                         length(why), why.data(), std::exchange(left_out, 0UL));
  const auto length_of_line = static_cast<std::size_t>(std::clamp<int>(size, 0, sizeof line - 1));
  if (!say_to_journal({line, length_of_line})) (void)!::write(STDERR_FILENO, line, length_of_line);
}

void report_exception(std::string_view what) noexcept { report_trouble(what, reason_of_exception()); }

}  // namespace facio::serve
